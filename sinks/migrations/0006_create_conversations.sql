-- Calls, tickets, threads and proposals from opening to resolution. Not partitioned: a late event may move every time of a conversation.
CREATE TABLE IF NOT EXISTS conversations {on_cluster}
(
    conversation_id    String                           COMMENT 'Call, ticket, thread or proposal',
    journey_id         String                           COMMENT 'The journey it belongs to',
    customer_id        Nullable(String)                 COMMENT 'The customer, when known',
    kind               LowCardinality(String)           COMMENT 'call, ticket, message or proposal',
    touchpoint         LowCardinality(String)           COMMENT 'Where it was opened',
    channel            LowCardinality(String)           COMMENT 'Channel of the opening',
    stage              LowCardinality(String)           COMMENT 'Stage of the touchpoint; empty when it is not registered',
    topic              LowCardinality(Nullable(String)) COMMENT 'What it is about',
    opened_at          DateTime64(3, 'UTC')             COMMENT 'First event',
    opened_by_customer Bool                             COMMENT 'False: the company wrote first, so there is no first response time',
    first_reply_at     Nullable(DateTime64(3, 'UTC'))   COMMENT 'First public reply by a human',
    first_solved_at    Nullable(DateTime64(3, 'UTC'))   COMMENT 'First resolution',
    last_solved_at     Nullable(DateTime64(3, 'UTC'))   COMMENT 'Full resolution; NULL while open or reopened',
    reopened           UInt32                           COMMENT 'How often it was reopened',
    customer_messages  UInt32                           COMMENT 'Messages of the customer',
    human_replies      UInt32                           COMMENT 'Public replies by humans',
    bot_replies        UInt32                           COMMENT 'Public replies by bots',
    due_at             Nullable(DateTime64(3, 'UTC'))   COMMENT 'The promise made for this conversation',
    outcome            LowCardinality(String)           COMMENT 'open, solved, answered, abandoned or ended',
    ended_at           Nullable(DateTime64(3, 'UTC'))   COMMENT 'When that outcome was reached; NULL while open',
    automated          Bool                             COMMENT 'A crawler, a monitor, a load test: not in human metrics',
    segment            LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant            LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source             LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    version            UInt64                           COMMENT 'The highest version of a conversation is the valid row',
    INDEX by_opening opened_at TYPE minmax
)
ENGINE = {engine}(version)
ORDER BY (conversation_id, journey_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Calls, tickets, threads and proposals; read v_conversations'
