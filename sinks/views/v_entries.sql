-- Where sessions begin, and how many of them go no further than one page.
CREATE OR REPLACE VIEW v_entries {on_cluster}
(
    day          Date                             COMMENT 'Day the session closed, UTC',
    channel      LowCardinality(String)           COMMENT 'Channel of the first step',
    touchpoint   LowCardinality(String)           COMMENT 'First touchpoint',
    segment      LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant      LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source       LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    sessions     UInt64                           COMMENT 'Closed sessions that began there',
    bounces      UInt64                           COMMENT 'Of them, one page view and nothing else',
    bounce_rate  Nullable(Float64)                COMMENT 'bounces / sessions, from 0 to 1',
    succeeded    UInt64                           COMMENT 'Of them, with a purchase or a goal',
    success_rate Nullable(Float64)                COMMENT 'succeeded / sessions, from 0 to 1',
    steps        UInt64                           COMMENT 'Their interactive events',
    back_steps   UInt64                           COMMENT 'Their returns to an earlier stage'
)
AS SELECT
    toDate(closed_at) AS day,
    channels[1] AS channel,
    entry_touchpoint AS touchpoint,
    segment,
    variant,
    source,
    count() AS sessions,
    countIf(bounced) AS bounces,
    bounces / nullIf(sessions, 0) AS bounce_rate,
    countIf(session.succeeded) AS succeeded,
    countIf(session.succeeded) / nullIf(sessions, 0) AS success_rate,
    sum(events) AS steps,
    sum(session.back_steps) AS back_steps
FROM sessions AS session FINAL
WHERE NOT automated
GROUP BY day, channel, touchpoint, segment, variant, source
COMMENT 'Sessions by the touchpoint they begin at, with bounces and successes, per day'
