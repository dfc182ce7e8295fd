-- Where sessions end without success. A touchpoint counts once per session, however often it was visited.
CREATE OR REPLACE VIEW v_exit_rates {on_cluster}
(
    day        Date                             COMMENT 'Day the session closed, UTC',
    touchpoint LowCardinality(String)           COMMENT 'Touchpoint visited',
    segment    LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant    LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source     LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    sessions   UInt64                           COMMENT 'Closed sessions that visited it',
    exits      UInt64                           COMMENT 'Of them, ended there without success',
    exit_rate  Nullable(Float64)                COMMENT 'exits / sessions, from 0 to 1'
)
AS SELECT
    toDate(closed_at) AS day,
    arrayJoin(arrayDistinct(steps)) AS touchpoint,
    segment,
    variant,
    source,
    count() AS sessions,
    countIf(exit_touchpoint = touchpoint AND NOT succeeded) AS exits,
    exits / nullIf(sessions, 0) AS exit_rate
FROM sessions FINAL
WHERE NOT automated
GROUP BY day, touchpoint, segment, variant, source
COMMENT 'Share of sessions that end at a touchpoint without success, per day'
