-- Where sessions end without success. A touchpoint counts once per session, however often it was visited.
CREATE OR REPLACE VIEW v_exit_rates {on_cluster}
(
    day        Date                   COMMENT 'Day the session closed, UTC',
    touchpoint LowCardinality(String) COMMENT 'Touchpoint visited',
    sessions   UInt64                 COMMENT 'Closed sessions that visited it',
    exits      UInt64                 COMMENT 'Of them, ended there without success',
    exit_rate  Nullable(Float64)      COMMENT 'exits / sessions, from 0 to 1'
)
AS SELECT
    toDate(closed_at) AS day,
    arrayJoin(arrayDistinct(steps)) AS touchpoint,
    count() AS sessions,
    countIf(exit_touchpoint = touchpoint AND NOT succeeded) AS exits,
    exits / nullIf(sessions, 0) AS exit_rate
FROM sessions FINAL
WHERE NOT automated
GROUP BY day, touchpoint
COMMENT 'Share of sessions that end at a touchpoint without success, per day'
