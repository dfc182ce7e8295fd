-- Each answer once, as the last edit received until a moment says. An edit carries the submission of the first answer or its
-- event id, as in streams/logic/answers.py. Answers of machines are left out.
-- SELECT ... FROM v_answers_as_edited(known_at = '2299-12-31 00:00:00') for all that is known
CREATE OR REPLACE VIEW v_answers_as_edited {on_cluster}
(
    event_id        String                        COMMENT 'Id of the last edit, given by the producer',
    submission_id   Nullable(String)              COMMENT 'An edited answer carries the id of the first one',
    kind            LowCardinality(String)        COMMENT 'survey_answer, review, mention',
    occurred_at     DateTime64(3, 'UTC')          COMMENT 'Event time of the last edit',
    said_at         DateTime64(3, 'UTC')          COMMENT 'Event time of the first answer',
    received_at     DateTime64(3, 'UTC')          COMMENT 'When the broker or collector took the last edit',
    journey_id      String                        COMMENT 'The journey it belongs to',
    customer_id     Nullable(String)              COMMENT 'The customer, when known',
    touchpoint      LowCardinality(String)        COMMENT 'Touchpoint it is about',
    channel         LowCardinality(String)        COMMENT 'Channel of the event, or of its touchpoint',
    occasion        LowCardinality(String)        COMMENT 'transactional: about a contact; relational: about the company as a whole',
    metric          LowCardinality(String)        COMMENT 'nps, csat, ces or rating; empty for a mention',
    score10         Nullable(Float64)             COMMENT 'The answer from 0 (worst) to 10 (best)',
    nps_class       LowCardinality(String)        COMMENT 'promoter, passive or detractor; empty for other metrics',
    satisfied       Nullable(Bool)                COMMENT 'CSAT: in the satisfied part of its scale; NULL for other metrics',
    sentiment       Nullable(Float64)             COMMENT 'Of a mention, -1 (hostile) to 1 (delighted)',
    survey_id       Nullable(String)              COMMENT 'The survey',
    conversation_id Nullable(String)              COMMENT 'Call, ticket, thread or proposal it is about',
    causes          Array(LowCardinality(String)) COMMENT 'Causes, from the reasons and from words of the comment',
    handling        Int64                         COMMENT 'Its property handling_cost, in minor units; 0 without one',
    compensation    Int64                         COMMENT 'Its property compensation, in minor units; 0 without one'
)
AS SELECT
    event_id, submission_id, kind, occurred_at,
    min(occurred_at) OVER (PARTITION BY journey_id, metric, touchpoint, coalesce(submission_id, event_id)) AS said_at,
    received_at, journey_id, customer_id, touchpoint, channel, occasion, metric, score10, nps_class, satisfied, sentiment,
    survey_id, conversation_id, causes,
    JSONExtractInt(properties, 'handling_cost') AS handling,
    JSONExtractInt(properties, 'compensation') AS compensation
FROM answers FINAL
WHERE NOT automated AND kind != 'survey_skipped' AND received_at <= {known_at:DateTime64(3, 'UTC')}
ORDER BY occurred_at DESC, xxh3(event_id) DESC
LIMIT 1 BY journey_id, metric, touchpoint, coalesce(submission_id, event_id)
COMMENT 'Each answer once, as its last edit says: v_answers_as_edited(known_at = ''2299-12-31 00:00:00'')'
