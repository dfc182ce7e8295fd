-- Is everything that was consumed accounted for? Every offset must be in exactly one place: stored, skipped or dead.
-- A bitmap counts offsets exactly and costs a bit each. Markers of Kafka transactions take offsets too and show as holes.
CREATE OR REPLACE VIEW v_ledger {on_cluster}
(
    topic        LowCardinality(String) COMMENT 'Kafka topic',
    partition    UInt32                 COMMENT 'Kafka partition',
    first_offset UInt64                 COMMENT 'First offset seen',
    next_offset  UInt64                 COMMENT 'One after the last offset seen',
    consumed     UInt64                 COMMENT 'next_offset - first_offset',
    stored       UInt64                 COMMENT 'Facts, in interactions or answers',
    duplicates   UInt64                 COMMENT 'Events that were there already',
    rekeyed      UInt64                 COMMENT 'Records sent back with the right key',
    dead_letters UInt64                 COMMENT 'Records that could not be read',
    returned     UInt64                 COMMENT 'Replayed dead letters that failed again; the letter stands where it came from first',
    suppressed   UInt64                 COMMENT 'Records of journeys that were erased',
    orders       UInt64                 COMMENT 'Records by which commands of Touchstream talk to its workers',
    holes        UInt64                 COMMENT 'Offsets that are nowhere',
    doubles      UInt64                 COMMENT 'Offsets that are in more than one place, counted beyond the first',
    balanced     UInt8                  COMMENT '1: every offset is in exactly one place'
)
AS SELECT
    topic,
    partition,
    min(offset) AS first_offset,
    max(offset) + 1 AS next_offset,
    next_offset - first_offset AS consumed,
    countIf(fate = 'stored') AS stored,
    countIf(fate = 'duplicate') AS duplicates,
    countIf(fate = 'rekeyed') AS rekeyed,
    countIf(fate = 'dead') AS dead_letters,
    countIf(fate = 'returned') AS returned,
    countIf(fate = 'suppressed') AS suppressed,
    countIf(fate = 'order') AS orders,
    consumed - groupBitmap(offset) AS holes,
    count() - groupBitmap(offset) AS doubles,
    holes = 0 AND doubles = 0 AS balanced
FROM
(
    SELECT 'touchpoint.interactions' AS topic, source_partition AS partition, source_offset AS offset, 'stored' AS fate
    FROM interactions FINAL
    UNION ALL
    SELECT 'touchpoint.feedback', source_partition, source_offset, 'stored'
    FROM answers FINAL
    UNION ALL
    SELECT topic, partition, offset, fate
    FROM skipped FINAL
    UNION ALL
    SELECT topic, partition, offset, 'dead'
    FROM dead_letters FINAL
)
GROUP BY topic, partition
COMMENT 'Per partition: consumed = stored + duplicates + rekeyed + dead letters + returned + suppressed + orders, or what is missing'
