-- The answers that counted at a moment, among those received until then: an edit replaces its first answer, and of repeats
-- by one customer to one survey on one touchpoint, occasion and day the latest counts. Reviews and mentions count each.
-- SELECT ... FROM v_answers_as_known(known_at = '2026-03-02 18:00:00')
CREATE OR REPLACE VIEW v_answers_as_known {on_cluster}
(
    day         Date                   COMMENT 'Day of the answer, UTC',
    event_id    String                 COMMENT 'Id given by the producer',
    occurred_at DateTime64(3, 'UTC')   COMMENT 'Event time',
    received_at DateTime64(3, 'UTC')   COMMENT 'When the broker or collector took it',
    journey_id  String                 COMMENT 'The journey it belongs to',
    channel     LowCardinality(String) COMMENT 'Channel of the event, or of its touchpoint',
    touchpoint  LowCardinality(String) COMMENT 'Touchpoint it is about',
    occasion    LowCardinality(String) COMMENT 'transactional: about a contact; relational: about the company as a whole',
    metric      LowCardinality(String) COMMENT 'nps, csat, ces or rating; empty for a mention',
    score10     Nullable(Float64)      COMMENT 'The answer from 0 (worst) to 10 (best)',
    nps_class   LowCardinality(String) COMMENT 'promoter, passive or detractor; empty for other metrics',
    satisfied   Nullable(Bool)         COMMENT 'CSAT: in the satisfied part of its scale; NULL for other metrics'
)
AS SELECT
    toDate(occurred_at) AS day,
    event_id, occurred_at, received_at, answer.journey_id AS journey_id, channel, touchpoint, occasion, metric, score10, nps_class, satisfied
FROM v_answers_as_edited(known_at = {known_at:DateTime64(3, 'UTC')}) AS answer
LEFT ANY JOIN v_recognised(since = '1970-01-01', until = '2299-12-31') AS known ON answer.journey_id = known.journey_id
ORDER BY occurred_at DESC, xxh3(event_id) DESC
LIMIT 1 BY day, touchpoint, occasion, metric, survey_id, coalesce(answer.customer_id, nullIf(known.customer_id, ''), answer.journey_id), if(metric = '', event_id, '')
COMMENT 'Answers that counted at a moment: v_answers_as_known(known_at = ''...'')'
