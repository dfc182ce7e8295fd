-- Closed sessions, restated when late events change them. A session absorbed by another becomes a tombstone.
-- The id is a hash of journey and start, so start and id are the key and the month of the start never changes.
CREATE TABLE IF NOT EXISTS sessions {on_cluster}
(
    session_id       UInt64                           COMMENT 'Hash of journey_id and started_at',
    journey_id       String                           COMMENT 'The journey it belongs to',
    customer_id      Nullable(String)                 COMMENT 'The customer, when known',
    started_at       DateTime64(3, 'UTC')             COMMENT 'First event',
    ended_at         DateTime64(3, 'UTC')             COMMENT 'Last event',
    closed_at        DateTime64(3, 'UTC')             COMMENT 'Event time at which the end became certain',
    close_reason     LowCardinality(String)           COMMENT 'gap, max_length, max_events or explicit',
    events           UInt32                           COMMENT 'Interactive events',
    page_views       UInt32                           COMMENT 'Of them, page views',
    steps            Array(LowCardinality(String))    COMMENT 'Touchpoint of each event, in order',
    step_at          Array(DateTime64(3, 'UTC'))      COMMENT 'Time of each step',
    step_dwell_ms    Array(Nullable(Int64))           COMMENT 'Milliseconds to the next page view; NULL for the last page and for other events',
    channels         Array(LowCardinality(String))    COMMENT 'Channel of each step',
    stages           Array(LowCardinality(String))    COMMENT 'Stage of each step; empty when the touchpoint is not registered',
    entry_touchpoint LowCardinality(String)           COMMENT 'First touchpoint',
    exit_touchpoint  LowCardinality(String)           COMMENT 'Last touchpoint',
    exit_channel     LowCardinality(String)           COMMENT 'Channel of the last touchpoint',
    bounced          Bool                             COMMENT 'One page view and nothing else',
    succeeded        Bool                             COMMENT 'A purchase, or a touchpoint that is a goal',
    furthest_stage   LowCardinality(String)           COMMENT 'Furthest stage reached',
    back_steps       UInt32                           COMMENT 'Returns to an earlier stage',
    automated        Bool                             COMMENT 'A crawler, a monitor, a load test: not in human metrics',
    segment          LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant          LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source           LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    version          UInt64                           COMMENT 'The highest version of a session is the valid row',
    is_deleted       UInt8                            COMMENT '1: a late event merged this session into another',
    INDEX by_journey journey_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_close closed_at TYPE minmax
)
ENGINE = {engine}(version, is_deleted)
PARTITION BY toYYYYMM(started_at)
ORDER BY (started_at, session_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Closed sessions with their path; read v_sessions'
