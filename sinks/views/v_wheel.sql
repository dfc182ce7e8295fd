-- The wheel of service: a spoke a channel, the mean of the components it has, each from 0 to 10. What is missing is NULL, not 0.
-- Parameters: from_day, to_day (both included).
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
    completion    Nullable(Float64)      COMMENT '1 - exit rate, times 10: sessions that visited the channel and did not end there without success',
    sessions      UInt64                 COMMENT 'Closed sessions that visited it'
)
AS WITH
    parts AS
    (
        SELECT channel, score_sum, scored, easy, ces_answers, 0 AS in_time, 0 AS decided, 0 AS sessions, 0 AS exits
        FROM v_satisfaction_by(dimensions = 'channel', from_day = {from_day:Date}, to_day = {to_day:Date})
        UNION ALL
        SELECT channel, 0, 0, 0, 0, in_time, targeted - pending, 0, 0
        FROM v_in_time_by(dimensions = 'channel', from_day = {from_day:Date}, to_day = {to_day:Date})
        UNION ALL
        SELECT arrayJoin(arrayDistinct(channels)) AS channel, 0, 0, 0, 0, 0, 0, 1, exit_channel = channel AND NOT succeeded
        FROM sessions FINAL
        WHERE NOT automated AND toDate(closed_at) BETWEEN {from_day:Date} AND {to_day:Date}
    ),
    summed AS
    (
        SELECT
            channel,
            sum(parts.scored) AS scored,
            sum(parts.ces_answers) AS ces_answers,
            sum(parts.decided) AS decided,
            sum(parts.sessions) AS sessions,
            sum(parts.score_sum) / nullIf(scored, 0) AS satisfaction,
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
COMMENT 'The wheel of service: a spoke a channel with its components and their n'
