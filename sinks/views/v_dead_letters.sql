-- Records that could not be read. Raw bytes stay in the table; here is what a person can look at.
CREATE OR REPLACE VIEW v_dead_letters {on_cluster}
(
    topic       LowCardinality(String) COMMENT 'Kafka topic it came from',
    partition   UInt32                 COMMENT 'Kafka partition it came from',
    offset      UInt64                 COMMENT 'Kafka offset it came from',
    received_at DateTime64(3, 'UTC')   COMMENT 'When the broker or collector took it',
    reason      LowCardinality(String) COMMENT 'Why it was refused, one of a closed set',
    detail      String                 COMMENT 'Field, value and expectation in one line',
    key_text    String                 COMMENT 'Key as text',
    value_text  String                 COMMENT 'First 1000 bytes of the value as text',
    value_bytes UInt64                 COMMENT 'Size of the value',
    attempts    UInt64                 COMMENT 'How often it failed: 1, and once more for each replay that came back',
    replayed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was sent again after it last failed; NULL when it was not'
)
AS SELECT
    letter.topic AS topic,
    letter.partition AS partition,
    letter.offset AS offset,
    received_at,
    reason,
    detail,
    toValidUTF8(key) AS key_text,
    toValidUTF8(substring(value, 1, 1000)) AS value_text,
    length(value) AS value_bytes,
    version AS attempts,
    replay.replayed_at AS replayed_at
FROM dead_letters AS letter FINAL
LEFT JOIN
(
    SELECT topic, partition, offset, attempts, toNullable(replayed_at) AS replayed_at
    FROM letter_replays FINAL
) AS replay
    ON letter.topic = replay.topic AND letter.partition = replay.partition
    AND letter.offset = replay.offset AND letter.version = replay.attempts
COMMENT 'Records that could not be read, with reason and the start of their text'
