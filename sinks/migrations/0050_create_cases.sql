-- What became of each detractor. Written when a case opens and whenever it changes; an answer that is a detractor's no longer leaves a tombstone.
-- No partition: the time of a case may move when an earlier version of its answer comes late, and there are few cases.
CREATE TABLE IF NOT EXISTS cases {on_cluster}
(
    case_id         UInt64                         COMMENT 'Hash of journey_id and the question that was answered',
    journey_id      String                         COMMENT 'The journey of the detractor',
    answer_hash     UInt64                         COMMENT 'xxh3 of the event_id of the answer as it counts now',
    touchpoint      LowCardinality(String)         COMMENT 'Touchpoint the answer is about',
    channel         LowCardinality(String)         COMMENT 'Channel of the answer',
    stage           LowCardinality(String)         COMMENT 'Stage of the touchpoint; empty when it is not registered',
    heard_at        DateTime64(3, 'UTC')           COMMENT 'First answer of the submission that was a detractor''s',
    score           UInt8                          COMMENT '0 to 6, after the last edit',
    causes          Array(LowCardinality(String))  COMMENT 'From its reasons and words; empty: not known yet',
    state           LowCardinality(String)         COMMENT 'heard, acknowledged, rerated (still a detractor) or recovered',
    contacted_at    Nullable(DateTime64(3, 'UTC')) COMMENT 'First step of a human towards the customer after it',
    rerated_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'Next rating of the journey',
    rerated_score10 Nullable(Float64)              COMMENT 'That rating, from 0 to 10',
    recovered       Nullable(Bool)                 COMMENT 'That rating leaves the detractor band; NULL without one',
    version         UInt64                         COMMENT 'The highest version of a case is the valid row',
    is_deleted      UInt8                          COMMENT '1: the answer is a detractor''s no longer'
)
ENGINE = {engine}(version, is_deleted)
ORDER BY case_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Rescue cases; read v_cases'
