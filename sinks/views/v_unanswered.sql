-- Who waits for a human now. Ages grow with the clock, so a slow answer is seen before it comes.
CREATE OR REPLACE VIEW v_unanswered {on_cluster}
(
    channel                LowCardinality(String)         COMMENT 'Channel of the question',
    conversations          UInt64                         COMMENT 'Conversations that wait for a human',
    oldest_asked_at        Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when the longest of them waits',
    oldest_age_ms          Nullable(Int64)                COMMENT 'How long that is',
    targeted               UInt64                         COMMENT 'Of the conversations, with a target',
    beyond_target          UInt64                         COMMENT 'Of them, past their target',
    conversations_hour_ago UInt64                         COMMENT 'Conversations that waited an hour ago',
    growth                 Int64                          COMMENT 'conversations - conversations_hour_ago'
)
AS SELECT
    channel,
    conversations,
    oldest_asked_at,
    oldest_age_ms,
    targeted,
    beyond_target,
    conversations_before AS conversations_hour_ago,
    growth
FROM v_backlog(moment = now64(3), before = now64(3) - INTERVAL 1 HOUR)
COMMENT 'Customers who wait for a human now, per channel; for other moments ask v_backlog'
