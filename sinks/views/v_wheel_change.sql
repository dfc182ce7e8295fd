-- Which spokes of the wheel fell: each channel against the period of the same length just before. Few answers make a spoke jump,
-- so the numbers of both periods stand beside it. Parameters: since, until (not included).
CREATE OR REPLACE VIEW v_wheel_change {on_cluster}
(
    channel      String            COMMENT 'Channel: the spoke',
    spoke        Nullable(Float64) COMMENT 'Spoke of the period, 0 to 10; NULL when it has none',
    spoke_before Nullable(Float64) COMMENT 'Spoke of the period before; NULL when it had none',
    change       Nullable(Float64) COMMENT 'spoke - spoke_before: below 0 it fell',
    n            UInt64            COMMENT 'Scores, CES answers, decided waits and sessions of the period: what the spoke is made of',
    n_before     UInt64            COMMENT 'The same of the period before',
    weakest      Bool              COMMENT 'The lowest spoke of the period'
)
AS SELECT
    channel,
    maxOrNullIf(at.spoke, NOT at.before) AS spoke,
    maxOrNullIf(at.spoke, at.before) AS spoke_before,
    spoke - spoke_before AS change,
    sumIf(at.made_of, NOT at.before) AS n,
    sumIf(at.made_of, at.before) AS n_before,
    spoke IS NOT NULL AND (spoke, channel) = min((assumeNotNull(spoke), channel)) OVER (PARTITION BY spoke IS NULL) AS weakest
FROM
(
    SELECT toString(channel) AS channel, spoke, false AS before, scored + ces_answers + decided_waits + sessions AS made_of
    FROM v_wheel(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
    UNION ALL
    SELECT toString(channel), spoke, true, scored + ces_answers + decided_waits + sessions
    FROM v_wheel(
        since = {since:DateTime64(3, 'UTC')} - toIntervalSecond(dateDiff('second', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')})),
        until = {since:DateTime64(3, 'UTC')})
) AS at
GROUP BY channel
COMMENT 'Spokes of the wheel of service against the period before: v_wheel_change(since = ''2026-03-08'', until = ''2026-03-15'')'
