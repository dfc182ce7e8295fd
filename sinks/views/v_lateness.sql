-- How long after they happened events arrive: received_at - occurred_at, per day of the event. Late and very late events
-- are stored and counted all the same. A clamped event claimed a future time; its lateness is 0 and says nothing.
CREATE OR REPLACE VIEW v_lateness {on_cluster}
(
    day             Date                   COMMENT 'Day of the events, UTC',
    topic           LowCardinality(String) COMMENT 'touchpoint.interactions or touchpoint.feedback',
    channel         LowCardinality(String) COMMENT 'Channel',
    events          UInt64                 COMMENT 'Events, machines included',
    p50_ms          Nullable(Float64)      COMMENT 'Half arrived no later; clamped ones left out',
    p95_ms          Nullable(Float64)      COMMENT '95 % arrived no later',
    p99_ms          Nullable(Float64)      COMMENT '99 % arrived no later',
    max_ms          Nullable(Int64)        COMMENT 'The latest',
    late            UInt64                 COMMENT 'Arrived later than time.allowed_lateness_ms',
    very_late       UInt64                 COMMENT 'Arrived after their journey was forgotten: facts only',
    clamped         UInt64                 COMMENT 'Claimed a time too far in the future',
    late_share      Nullable(Float64)      COMMENT 'late / events',
    very_late_share Nullable(Float64)      COMMENT 'very_late / events',
    clamped_share   Nullable(Float64)      COMMENT 'clamped / events'
)
AS WITH
    (SELECT any(value) FROM v_settings WHERE setting = 'time.allowed_lateness_ms') AS allowed_ms,
    arrivals AS
    (
        SELECT 'touchpoint.interactions' AS topic, toDate(occurred_at) AS day, channel, very_late, clamped,
            toUnixTimestamp64Milli(received_at) - toUnixTimestamp64Milli(occurred_at) AS lateness_ms
        FROM interactions FINAL
        UNION ALL
        SELECT 'touchpoint.feedback', toDate(occurred_at), channel, very_late, clamped,
            toUnixTimestamp64Milli(received_at) - toUnixTimestamp64Milli(occurred_at)
        FROM answers FINAL
    ),
    counted AS
    (
        SELECT
            day,
            topic,
            channel,
            count() AS events,
            quantilesTDigestIf(0.5, 0.95, 0.99)(lateness_ms, NOT clamped) AS q,
            maxIf(lateness_ms, NOT clamped) AS latest_ms,
            countIf(lateness_ms > allowed_ms) AS late,
            countIf(very_late) AS forgotten,
            countIf(clamped) AS ahead
        FROM arrivals
        GROUP BY day, topic, channel
    )
SELECT
    day,
    topic,
    channel,
    events,
    if(events = ahead, NULL, q[1]) AS p50_ms,
    if(events = ahead, NULL, q[2]) AS p95_ms,
    if(events = ahead, NULL, q[3]) AS p99_ms,
    if(events = ahead, NULL, latest_ms) AS max_ms,
    late,
    forgotten AS very_late,
    ahead AS clamped,
    late / nullIf(events, 0) AS late_share,
    forgotten / nullIf(events, 0) AS very_late_share,
    ahead / nullIf(events, 0) AS clamped_share
FROM counted
COMMENT 'How late events arrive per day, topic and channel'
