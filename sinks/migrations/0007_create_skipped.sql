-- Records that were read and rightly stored nowhere else, so that every offset can be accounted for.
CREATE TABLE IF NOT EXISTS skipped {on_cluster}
(
    topic       LowCardinality(String) COMMENT 'Kafka topic',
    partition   UInt32                 COMMENT 'Kafka partition',
    offset      UInt64                 COMMENT 'Kafka offset',
    received_at DateTime64(3, 'UTC')   COMMENT 'When the broker or collector took it',
    fate        LowCardinality(String) COMMENT 'duplicate: the event was there already; rekeyed: sent back with the right key',
    event_id    String                 COMMENT 'Id given by the producer',
    journey_id  String                 COMMENT 'The journey it belongs to',
    version     UInt64                 COMMENT 'The highest version of an offset is the valid row'
)
ENGINE = {engine}(version)
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Duplicates and rekeyed records; read v_ledger'
