-- What customers said: one row per event of touchpoint.feedback, with its score on common scales.
CREATE TABLE IF NOT EXISTS answers {on_cluster}
(
    event_id         String                           COMMENT 'Id given by the producer',
    kind             LowCardinality(String)           COMMENT 'survey_answer, survey_skipped, review, mention',
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
    metric           LowCardinality(String)           COMMENT 'nps, csat, ces or rating; empty for a mention',
    score            Nullable(Int32)                  COMMENT 'As answered; NULL when skipped',
    scale            Nullable(UInt8)                  COMMENT 'Points of the scale; 10 for NPS (0 to 10)',
    polarity         LowCardinality(String)           COMMENT 'positive: more is better; reversed: less is better; empty without a score',
    score10          Nullable(Float64)                COMMENT 'The answer from 0 (worst) to 10 (best)',
    nps_class        LowCardinality(String)           COMMENT 'promoter, passive or detractor; empty for other metrics',
    satisfied        Nullable(Bool)                   COMMENT 'CSAT: in the satisfied part of its scale; NULL for other metrics',
    easy             Nullable(Bool)                   COMMENT 'CES: said it was easy; NULL for other metrics',
    sentiment        Nullable(Float64)                COMMENT 'Of a mention, -1 (hostile) to 1 (delighted)',
    survey_id        Nullable(String)                 COMMENT 'The survey',
    submission_id    Nullable(String)                 COMMENT 'An edited answer carries the id of the first one',
    conversation_id  Nullable(String)                 COMMENT 'Call, ticket, thread or proposal it is about',
    comment          Nullable(String)                 COMMENT 'In the customer''s words',
    reasons          Array(String)                    COMMENT 'Causes the customer ticked',
    properties       String                           COMMENT 'Everything else the event carried, as one JSON object',
    automated        Bool                             COMMENT 'A crawler, a monitor, a load test: not in human metrics',
    clamped          Bool                             COMMENT 'The producer''s time lay too far in the future and was replaced',
    very_late        Bool                             COMMENT 'Older than the retention of state',
    unknown_fields   UInt32                           COMMENT 'Fields the schema does not know, kept in properties',
    source_partition UInt32                           COMMENT 'Partition of touchpoint.feedback',
    source_offset    UInt64                           COMMENT 'Offset in that partition',
    version          UInt64                           COMMENT 'The highest version of a key is the valid row',
    INDEX by_journey journey_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (occurred_at, source_partition, source_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What customers said, one row per event; read v_answers'
