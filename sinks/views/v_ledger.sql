-- Is everything that was consumed accounted for? Every offset must be in exactly one place: stored, skipped or dead.
-- A bitmap counts offsets exactly and costs a bit each. Markers of Kafka transactions take offsets too and show as holes.
-- Where facts expire, it speaks of the offsets after the last one that may have expired; a day is for clocks of collectors.
CREATE OR REPLACE VIEW v_ledger {on_cluster}
(
    topic        LowCardinality(String) COMMENT 'Kafka topic',
    partition    UInt32                 COMMENT 'Kafka partition',
    first_offset UInt64                 COMMENT 'First offset seen, or the first of which nothing can have expired',
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
    balanced     UInt8                  COMMENT '1: every offset is in exactly one place',
    expired      UInt8                  COMMENT '1: there were older offsets, whose rows may have expired'
)
AS WITH
    (SELECT maxOrNull(r.certain_from) + toIntervalDay(1) FROM v_retention AS r WHERE r.what = 'facts' AND r.certain_from > toDateTime64(0, 3, 'UTC')) AS certain_from,
    entries AS
    (
        SELECT 'touchpoint.interactions' AS topic, source_partition AS partition, source_offset AS offset, 'stored' AS fate, received_at
        FROM interactions FINAL
        UNION ALL
        SELECT 'touchpoint.feedback', source_partition, source_offset, 'stored', received_at
        FROM answers FINAL
        UNION ALL
        SELECT topic, partition, offset, fate, received_at
        FROM skipped FINAL
        UNION ALL
        SELECT topic, partition, offset, 'dead', received_at
        FROM dead_letters FINAL
    ),
    old AS
    (
        SELECT topic, partition, max(offset) + 1 AS until
        FROM entries
        WHERE certain_from IS NOT NULL AND received_at < certain_from  -- nothing is read while facts are kept for ever
        GROUP BY topic, partition
    )
SELECT
    entries.topic AS topic,
    entries.partition AS partition,
    greatest(min(entries.offset), max(old.until)) AS first_offset,
    max(entries.offset) + 1 AS next_offset,
    next_offset - first_offset AS consumed,
    countIf(kept AND fate = 'stored') AS stored,
    countIf(kept AND fate = 'duplicate') AS duplicates,
    countIf(kept AND fate = 'rekeyed') AS rekeyed,
    countIf(kept AND fate = 'dead') AS dead_letters,
    countIf(kept AND fate = 'returned') AS returned,
    countIf(kept AND fate = 'suppressed') AS suppressed,
    countIf(kept AND fate = 'order') AS orders,
    consumed - groupBitmapIf(entries.offset, entries.offset >= old.until AS kept) AS holes,
    countIf(kept) - groupBitmapIf(entries.offset, kept) AS doubles,
    holes = 0 AND doubles = 0 AS balanced,
    max(old.until) > 0 AS expired
FROM entries
LEFT JOIN old ON entries.topic = old.topic AND entries.partition = old.partition
GROUP BY topic, partition
COMMENT 'Per partition: consumed = stored + duplicates + rekeyed + dead letters + returned + suppressed + orders, or what is missing'
