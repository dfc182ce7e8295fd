-- What customers and companies did: one row per event. A replay of the same record gives the same key and a higher version.
-- The key holds only what the log itself fixes; channel and stage come from the catalogue, which may change. Time comes
-- first: parts of a stream then hardly overlap, so FINAL has little to merge, and a time filter reads only its rows.
CREATE TABLE IF NOT EXISTS interactions {on_cluster}
(
    event_id         String                           COMMENT 'Id given by the producer',
    type             LowCardinality(String)           COMMENT 'page_view, link_click, call, ticket, message, proposal, purchase, visit, delivery, survey_invitation',
    action           LowCardinality(String)           COMMENT 'Step of a call, ticket or proposal, direction of a message, medium of a link; empty for other types',
    occurred_at      DateTime64(3, 'UTC')             COMMENT 'Event time; the time of receipt when the producer''s clock was too far ahead',
    received_at      DateTime64(3, 'UTC')             COMMENT 'When the broker or collector took it',
    sent_at          Nullable(DateTime64(3, 'UTC'))   COMMENT 'When the producer sent it',
    journey_id       String                           COMMENT 'The journey it belongs to',
    customer_id      Nullable(String)                 COMMENT 'The customer, when known',
    touchpoint       LowCardinality(String)           COMMENT 'Catalogue id of the touchpoint',
    channel          LowCardinality(String)           COMMENT 'Channel of the event, or of its touchpoint in the catalogue',
    stage            LowCardinality(String)           COMMENT 'Stage of the touchpoint; empty when it is not registered',
    segment          LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant          LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source           LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    actor            LowCardinality(String)           COMMENT 'customer, agent, bot or system',
    conversation_id  Nullable(String)                 COMMENT 'Call, ticket, thread or proposal',
    url              Nullable(String)                 COMMENT 'Page or link',
    order_id         Nullable(String)                 COMMENT 'Order of a purchase',
    amount           Nullable(Int64)                  COMMENT 'Amount of a purchase in minor units of the currency',
    currency         LowCardinality(Nullable(String)) COMMENT 'ISO 4217 code',
    properties       String                           COMMENT 'Everything else the event carried, as one JSON object',
    automated        Bool                             COMMENT 'A crawler, a monitor, a load test: not in human metrics',
    clamped          Bool                             COMMENT 'The producer''s time lay too far in the future and was replaced',
    very_late        Bool                             COMMENT 'Older than the retention of state: stored, in no session or wait',
    unknown_fields   UInt32                           COMMENT 'Fields the schema does not know, kept in properties',
    source_partition UInt32                           COMMENT 'Partition of touchpoint.interactions',
    source_offset    UInt64                           COMMENT 'Offset in that partition',
    version          UInt64                           COMMENT 'The highest version of a key is the valid row',
    INDEX by_journey journey_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (occurred_at, source_partition, source_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What customers and companies did, one row per event; read v_interactions'
