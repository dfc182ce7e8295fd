CREATE TABLE IF NOT EXISTS schema_migrations 
(...)
ENGINE = ReplicatedReplacingMergeTree(applied_at)
ORDER BY name
COMMENT 'Migrations and views that were applied, with the checksum of their file';

CREATE TABLE IF NOT EXISTS interactions 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (occurred_at, source_partition, source_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What customers and companies did, one row per event; read v_interactions';

CREATE TABLE IF NOT EXISTS answers 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (occurred_at, source_partition, source_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What customers said, one row per event; read v_answers';

CREATE TABLE IF NOT EXISTS sessions 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(started_at)
ORDER BY (started_at, session_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Closed sessions with their path; read v_sessions';

CREATE TABLE IF NOT EXISTS waits 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(asked_at)
ORDER BY (asked_at, wait_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Waits for a human, open ones too; read v_waits';

CREATE TABLE IF NOT EXISTS conversations 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY (conversation_id, journey_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Calls, tickets, threads and proposals; read v_conversations';

CREATE TABLE IF NOT EXISTS skipped 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Duplicates and rekeyed records; read v_ledger';

CREATE TABLE IF NOT EXISTS dead_letters 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Records that could not be read; read v_dead_letters';

CREATE TABLE IF NOT EXISTS rolling_metrics 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY toYYYYMM(window_end)
ORDER BY (scope_kind, scope, window_s, window_end)
COMMENT 'Rolling windows per scope; read v_rolling';

CREATE TABLE IF NOT EXISTS alerts 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY alert_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Alerts opened and resolved; read v_alerts';

CREATE TABLE IF NOT EXISTS touchpoints 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
ORDER BY touchpoint
COMMENT 'Touchpoints of the catalogue; read v_touchpoints';

CREATE TABLE IF NOT EXISTS funnels 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
ORDER BY (funnel, position)
COMMENT 'Steps of the funnels of the catalogue; read v_funnels';

CREATE TABLE IF NOT EXISTS letter_replays 
(...)
ENGINE = ReplicatedReplacingMergeTree(attempts)
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Dead letters that were sent again; read v_dead_letters';

CREATE TABLE IF NOT EXISTS touchpoint_channels 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY (touchpoint, channel)
COMMENT 'Channels of touchpoints, former ones too; for `touchstream rebuild`';

INSERT INTO touchpoint_channels (touchpoint, channel, version)
SELECT touchpoint, channel, max(version)
FROM touchpoints
WHERE channel != ''
GROUP BY touchpoint, channel;

ALTER TABLE skipped 
COMMENT COLUMN fate 'duplicate: was there already; rekeyed: sent back with the right key; returned: a replayed dead letter that failed again; suppressed: of an erased journey; order: a command to the workers';

ALTER TABLE answers 
    ADD COLUMN IF NOT EXISTS occasion LowCardinality(String)
    MATERIALIZED if(JSONExtractString(properties, 'occasion') = 'relational', 'relational', 'transactional')
    COMMENT 'transactional: about a contact; relational: about the company as a whole'
    AFTER easy;

CREATE TABLE IF NOT EXISTS calendar_days 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
ORDER BY (calendar, day)
COMMENT 'Open hours of the calendars per local day; read v_calendar_days';

CREATE TABLE IF NOT EXISTS settings 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
ORDER BY setting
COMMENT 'Numbers of the catalogue; read v_settings';

ALTER TABLE touchpoints 
    ADD COLUMN IF NOT EXISTS cart Bool COMMENT 'Reaching it begins a purchase, which may be abandoned' AFTER goal;

CREATE TABLE IF NOT EXISTS cases 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
ORDER BY case_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Rescue cases; read v_cases';

ALTER TABLE answers  ADD COLUMN IF NOT EXISTS causes Array(LowCardinality(String)) COMMENT 'Causes, from its reasons and from words of its comment';

CREATE TABLE IF NOT EXISTS causes_covered 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
ORDER BY cause
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Causes that were covered; read v_causes';

CREATE TABLE IF NOT EXISTS retention 
(...)
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY what
COMMENT 'How long rows are kept; read v_retention';

ALTER TABLE answers 
    ADD COLUMN IF NOT EXISTS emotion LowCardinality(String) DEFAULT JSONExtractString(properties, 'emotion')
        COMMENT 'happy, neutral, frustrated or angry; empty when nobody knows',
    ADD COLUMN IF NOT EXISTS emotion_source LowCardinality(String)
        DEFAULT multiIf(emotion = '', '', JSONHas(properties, 'emotion_source'), JSONExtractString(properties, 'emotion_source'), 'explicit')
        COMMENT 'explicit: the event said so; otherwise the rule that found it',
    ADD COLUMN IF NOT EXISTS emotion_confidence Nullable(Float64)
        DEFAULT multiIf(emotion = '', NULL, JSONHas(properties, 'emotion_confidence'), JSONExtractFloat(properties, 'emotion_confidence'), 1.)
        COMMENT 'From 0 to 1; 1 when the event said so and named none';

CREATE TABLE IF NOT EXISTS definitions 
(...)
ENGINE = ReplicatedReplacingMergeTree(version, is_deleted)
ORDER BY definition
COMMENT 'Definitions of the numbers; read v_definitions';

CREATE OR REPLACE VIEW v_ledger 
(...)
DEFINER = `views` SQL SECURITY DEFINER
AS ...;

CREATE OR REPLACE VIEW v_sessions 
(...)
DEFINER = `views` SQL SECURITY DEFINER
AS ...;
