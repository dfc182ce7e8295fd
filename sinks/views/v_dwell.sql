-- How long pages are read: the time to the next page of the same session. The last page of a session has none.
CREATE OR REPLACE VIEW v_dwell {on_cluster}
(
    day          Date                             COMMENT 'Day the session closed, UTC',
    channel      LowCardinality(String)           COMMENT 'Channel of the page',
    touchpoint   LowCardinality(String)           COMMENT 'Touchpoint of the page',
    segment      LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant      LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source       LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    timed        UInt64                           COMMENT 'Page views with a next page, the n of the times',
    dwell_sum_ms Int64                            COMMENT 'Their milliseconds',
    mean_ms      Nullable(Float64)                COMMENT 'dwell_sum_ms / timed',
    p50_ms       Nullable(Float64)                COMMENT 'Half were read no longer',
    p90_ms       Nullable(Float64)                COMMENT '90 % were read no longer',
    p95_ms       Nullable(Float64)                COMMENT '95 % were read no longer',
    p99_ms       Nullable(Float64)                COMMENT '99 % were read no longer'
)
AS WITH
    pages AS
    (
        SELECT toDate(closed_at) AS day, channel, touchpoint, segment, variant, source, dwell_ms
        FROM sessions FINAL
        ARRAY JOIN channels AS channel, steps AS touchpoint, step_dwell_ms AS dwell_ms
        WHERE NOT automated AND dwell_ms IS NOT NULL
    )
SELECT
    day,
    channel,
    touchpoint,
    segment,
    variant,
    source,
    count() AS timed,
    sum(assumeNotNull(dwell_ms)) AS dwell_sum_ms,
    dwell_sum_ms / nullIf(timed, 0) AS mean_ms,
    quantileExactInclusive(0.5)(dwell_ms) AS p50_ms,
    quantileExactInclusive(0.9)(dwell_ms) AS p90_ms,
    quantileExactInclusive(0.95)(dwell_ms) AS p95_ms,
    quantileExactInclusive(0.99)(dwell_ms) AS p99_ms
FROM pages
GROUP BY day, channel, touchpoint, segment, variant, source
COMMENT 'Time from a page view to the next in the same session, per day and touchpoint'
