-- Unanswered backlog per channel at a moment, and how it grew since one before. Parameters: moment, before.
CREATE OR REPLACE VIEW v_backlog {on_cluster}
(
    channel              LowCardinality(String)         COMMENT 'Channel of the question',
    conversations        UInt64                         COMMENT 'Conversations that wait for a human',
    oldest_asked_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when the longest of them waits',
    oldest_age_ms        Nullable(Int64)                COMMENT 'How long that is',
    targeted             UInt64                         COMMENT 'Of the conversations, with a target',
    beyond_target        UInt64                         COMMENT 'Of them, past their target',
    conversations_before UInt64                         COMMENT 'Conversations that waited at the moment before',
    growth               Int64                          COMMENT 'conversations - conversations_before'
)
AS WITH
    outcome = 'open' OR ended_at > {moment:DateTime64(3, 'UTC')} AS waits_now,
    asked_at <= {before:DateTime64(3, 'UTC')} AND (outcome = 'open' OR ended_at > {before:DateTime64(3, 'UTC')}) AS waited_before
SELECT
    channel,
    uniqExactIf((journey_id, conversation_id), waits_now) AS conversations,
    minOrNullIf(asked_at, waits_now) AS oldest_asked_at,
    toUnixTimestamp64Milli({moment:DateTime64(3, 'UTC')}) - toUnixTimestamp64Milli(oldest_asked_at) AS oldest_age_ms,
    uniqExactIf((journey_id, conversation_id), waits_now AND due_at IS NOT NULL) AS targeted,
    uniqExactIf((journey_id, conversation_id), waits_now AND due_at < {moment:DateTime64(3, 'UTC')}) AS beyond_target,
    uniqExactIf((journey_id, conversation_id), waited_before) AS conversations_before,
    toInt64(conversations) - conversations_before AS growth
FROM waits FINAL
WHERE NOT automated AND asked_at <= {moment:DateTime64(3, 'UTC')} AND (waits_now OR waited_before)
GROUP BY channel
COMMENT 'Unanswered conversations per channel at a moment, oldest, and growth: v_backlog(moment = now64(3), before = now64(3) - INTERVAL 1 DAY)'
