-- The wheel of service: a spoke a channel, the mean of the components it has, each from 0 to 10. What is missing is NULL, not 0.
-- Parameters: since, until (not included).
CREATE OR REPLACE VIEW v_wheel {on_cluster}
(
    channel       LowCardinality(String) COMMENT 'Channel: the spoke',
    spoke         Float64                COMMENT 'Mean of the components that are there, 0 to 10',
    components    UInt8                  COMMENT 'How many are there, of four',
    satisfaction  Nullable(Float64)      COMMENT 'Mean score of answers and mentions',
    scored        UInt64                 COMMENT 'Their number',
    ease          Nullable(Float64)      COMMENT 'Share of easy CES answers, times 10',
    ces_answers   UInt64                 COMMENT 'CES answers',
    speed         Nullable(Float64)      COMMENT 'Share of waits within target, times 10; open breaches count against it',
    decided_waits UInt64                 COMMENT 'Waits with a target that was kept or missed',
    completion    Nullable(Float64)      COMMENT '1 - exit rate, times 10: sessions that visited the channel and did not end there without success; without those that begin beyond every goal',
    sessions      UInt64                 COMMENT 'Closed sessions that visited it'
)
AS WITH
    parts AS
    (
        SELECT channel, coalesce(answer.score10, 0) AS score, answer.score10 IS NOT NULL AS scored, ifNull(answer.easy, false) AS easy, answer.easy IS NOT NULL AS ces_answers, 0 AS in_time, 0 AS decided, 0 AS sessions, 0 AS exits
        FROM v_counted_answers(dimensions = 'channel', since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')}) AS answer
        WHERE answer.counts
        UNION ALL
        SELECT channel, 0, 0, 0, 0, in_time, targeted - pending, 0, 0
        FROM v_in_time_by(dimensions = 'channel', since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        UNION ALL
        SELECT arrayJoin(arrayDistinct(channels)) AS channel, 0, 0, 0, 0, 0, 0, 1, exit_channel = channel AND NOT succeeded
        FROM sessions FINAL
        WHERE NOT automated AND entry_touchpoint NOT IN (SELECT touchpoint FROM v_touchpoints WHERE beyond_goals)
            AND closed_at >= {since:DateTime64(3, 'UTC')} AND closed_at < {until:DateTime64(3, 'UTC')}
    ),
    summed AS
    (
        SELECT
            channel,
            sum(parts.scored) AS scored,
            sum(parts.ces_answers) AS ces_answers,
            sum(parts.decided) AS decided,
            sum(parts.sessions) AS sessions,
            sum(parts.score) / nullIf(scored, 0) AS satisfaction,
            10 * sum(parts.easy) / nullIf(ces_answers, 0) AS ease,
            10 * sum(parts.in_time) / nullIf(decided, 0) AS speed,
            10 * (1 - sum(parts.exits) / nullIf(sessions, 0)) AS completion,
            arrayFilter(each -> each IS NOT NULL, [satisfaction, ease, speed, completion]) AS there
        FROM parts
        WHERE channel != ''
        GROUP BY channel
    )
SELECT
    channel,
    arrayAvg(arrayMap(each -> assumeNotNull(each), there)) AS spoke,
    length(there) AS components,
    satisfaction,
    scored,
    ease,
    ces_answers,
    speed,
    decided AS decided_waits,
    completion,
    sessions
FROM summed
WHERE notEmpty(there)
COMMENT 'The wheel of service: a spoke a channel with its components and their n: v_wheel(since = ''2026-03-01'', until = ''2026-04-01'')'
