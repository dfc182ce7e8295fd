-- Which dead letters were sent again, so that no run of the command sends one twice. A letter that fails again has one attempt more.
CREATE TABLE IF NOT EXISTS letter_replays {on_cluster}
(
    topic       LowCardinality(String) COMMENT 'Kafka topic the letter came from first',
    partition   UInt32                 COMMENT 'Kafka partition it came from first',
    offset      UInt64                 COMMENT 'Kafka offset it came from first',
    attempts    UInt64                 COMMENT 'How often it had failed when it was sent again',
    replayed_at DateTime64(3, 'UTC')   COMMENT 'When the broker had it again'
)
ENGINE = {engine}(attempts)
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Dead letters that were sent again; read v_dead_letters'
