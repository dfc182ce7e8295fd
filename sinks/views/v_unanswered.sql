-- Who waits for a human now. Ages grow with the clock, so a slow answer is seen before it comes.
CREATE OR REPLACE VIEW v_unanswered {on_cluster}
(
    channel         LowCardinality(String)         COMMENT 'Channel of the question',
    conversations   UInt64                         COMMENT 'Conversations that wait for a human',
    oldest_asked_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when the longest of them waits',
    oldest_age_ms   Nullable(Int64)                COMMENT 'How long that is',
    targeted        UInt64                         COMMENT 'Of the conversations, with a target',
    beyond_target   UInt64                         COMMENT 'Of them, past their target'
)
AS SELECT
    channel,
    uniqExact(journey_id, conversation_id) AS conversations,
    min(asked_at) AS oldest_asked_at,
    toUnixTimestamp64Milli(now64(3)) - toUnixTimestamp64Milli(oldest_asked_at) AS oldest_age_ms,
    uniqExactIf((journey_id, conversation_id), due_at IS NOT NULL) AS targeted,
    uniqExactIf((journey_id, conversation_id), breached OR due_at < now64(3)) AS beyond_target
FROM waits FINAL
WHERE outcome = 'open' AND NOT automated
GROUP BY channel
COMMENT 'Customers who wait for a human now, per channel'
