-- Answers that point to a cause, one row a cause. It was said when the answer was first given, or whoever edits an old answer
-- would seem to meet a mended cause again.
CREATE OR REPLACE VIEW v_cause_mentions {on_cluster}
(
    cause        LowCardinality(String) COMMENT 'Cause, from the answer''s reasons and the catalogue''s words',
    occurred_at  DateTime64(3, 'UTC')   COMMENT 'When it was first said; an edit does not move it',
    received_at  DateTime64(3, 'UTC')   COMMENT 'When its last edit was received',
    journey_id   String                 COMMENT 'Who said it',
    customer     String                 COMMENT 'The customer, else the journey',
    touchpoint   LowCardinality(String) COMMENT 'Touchpoint it is about',
    channel      LowCardinality(String) COMMENT 'Channel of the answer',
    event_id     String                 COMMENT 'The answer',
    handling     Int64                  COMMENT 'Its property handling_cost, in minor units; 0 without one',
    compensation Int64                  COMMENT 'Its property compensation, in minor units; 0 without one'
)
AS SELECT
    arrayJoin(causes) AS cause,
    said_at AS occurred_at,
    received_at,
    said.journey_id AS journey_id,
    coalesce(said.customer_id, nullIf(known.customer_id, ''), said.journey_id) AS customer,
    touchpoint,
    channel,
    event_id,
    handling,
    compensation
FROM v_answers_as_edited(known_at = '2299-12-31 00:00:00') AS said
LEFT ANY JOIN v_recognised(since = '1970-01-01', until = '2299-12-31') AS known ON said.journey_id = known.journey_id
COMMENT 'Answers that point to a cause, one row a cause'
