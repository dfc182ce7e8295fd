-- Who waited how long for a human. Written when a wait opens and whenever it changes; a wait moved by a late event becomes a tombstone.
CREATE TABLE IF NOT EXISTS waits {on_cluster}
(
    wait_id           UInt64                           COMMENT 'Hash of journey_id, conversation_id and asked_at',
    conversation_id   String                           COMMENT 'Call, ticket, thread or proposal',
    conversation_kind LowCardinality(String)           COMMENT 'call, ticket, message or proposal',
    journey_id        String                           COMMENT 'The journey it belongs to',
    customer_id       Nullable(String)                 COMMENT 'The customer, when known',
    touchpoint        LowCardinality(String)           COMMENT 'Where the customer asked',
    channel           LowCardinality(String)           COMMENT 'Channel of the question',
    stage             LowCardinality(String)           COMMENT 'Stage of the touchpoint; empty when it is not registered',
    position          UInt32                           COMMENT '1: first response; 2 and up: next responses',
    cycle             UInt32                           COMMENT '0, and one more after each reopening',
    asked_at          DateTime64(3, 'UTC')             COMMENT 'First unanswered message of the customer',
    handoff_at        Nullable(DateTime64(3, 'UTC'))   COMMENT 'When a bot gave way to a human; the question itself when no bot spoke',
    ended_at          Nullable(DateTime64(3, 'UTC'))   COMMENT 'Answered, abandoned or closed; NULL while open',
    outcome           LowCardinality(String)           COMMENT 'open, answered, abandoned or closed',
    waited_ms         Nullable(Int64)                  COMMENT 'From contact to reply, what the customer felt; NULL while unanswered',
    handoff_waited_ms Nullable(Int64)                  COMMENT 'From handoff to reply, what the team controls; NULL while unanswered',
    business_ms       Nullable(Int64)                  COMMENT 'Open hours of the calendar within the wait',
    calendar          LowCardinality(Nullable(String)) COMMENT 'The calendar that business_ms and due_at follow',
    target_ms         Nullable(Int64)                  COMMENT 'Longest good wait, from the catalogue or the event',
    due_at            Nullable(DateTime64(3, 'UTC'))   COMMENT 'When the target is missed',
    breached          Bool                             COMMENT 'Ended after due_at, or open when the clock passed it',
    skewed            Bool                             COMMENT 'The reply was stamped before its question: counted as 0',
    automated         Bool                             COMMENT 'A crawler, a monitor, a load test: not in human metrics',
    segment           LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant           LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source            LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    version           UInt64                           COMMENT 'The highest version of a wait is the valid row',
    is_deleted        UInt8                            COMMENT '1: a late event replaced this wait by another',
    INDEX by_journey journey_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = {engine}(version, is_deleted)
PARTITION BY toYYYYMM(asked_at)
ORDER BY (asked_at, wait_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Waits for a human, open ones too; read v_waits'
