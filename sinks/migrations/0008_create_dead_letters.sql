-- Records that could not be read, with their bytes, so that nothing is lost and everything can be replayed.
CREATE TABLE IF NOT EXISTS dead_letters {on_cluster}
(
    topic       LowCardinality(String) COMMENT 'Kafka topic it came from',
    partition   UInt32                 COMMENT 'Kafka partition it came from',
    offset      UInt64                 COMMENT 'Kafka offset it came from',
    received_at DateTime64(3, 'UTC')   COMMENT 'When the broker or collector took it',
    reason      LowCardinality(String) COMMENT 'Why it was refused, one of a closed set',
    detail      String                 COMMENT 'Field, value and expectation in one line',
    key         String                 COMMENT 'Raw key',
    value       String CODEC(ZSTD(3))  COMMENT 'Raw value',
    version     UInt64                 COMMENT 'The highest version of an offset is the valid row'
)
ENGINE = {engine}(version)
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Records that could not be read; read v_dead_letters'
