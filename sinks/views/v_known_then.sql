-- What was known of a day at a moment, beside what is known of it now. Facts carry the time they were received, so this
-- can be told of events and answers; restated rows (sessions, waits) keep their last version only and cannot be asked.
-- SELECT ... FROM v_known_then(known_at = '2026-03-02 18:00:00') WHERE day = '2026-03-02'
CREATE OR REPLACE VIEW v_known_then {on_cluster}
(
    day               Date                   COMMENT 'Day of the events, UTC',
    channel           LowCardinality(String) COMMENT 'Channel',
    events_then       UInt64                 COMMENT 'Interactions by humans, received by known_at',
    events_now        UInt64                 COMMENT 'The same as stored now',
    answers_then      UInt64                 COMMENT 'Answers that counted at known_at',
    answers_now       UInt64                 COMMENT 'The same as stored now',
    nps_answers_then  UInt64                 COMMENT 'Of them, NPS answers about a contact, at known_at',
    nps_answers_now   UInt64                 COMMENT 'The same as stored now',
    nps_then          Nullable(Float64)      COMMENT '100 * (promoters - detractors) / nps_answers_then; of answers about a contact, as in v_rolling',
    nps_now           Nullable(Float64)      COMMENT 'The same as stored now',
    csat_answers_then UInt64                 COMMENT 'Of them, CSAT answers at known_at',
    csat_answers_now  UInt64                 COMMENT 'The same as stored now',
    csat_then         Nullable(Float64)      COMMENT '100 * satisfied / csat_answers_then',
    csat_now          Nullable(Float64)      COMMENT 'The same as stored now'
)
AS WITH
    metric = 'nps' AND occasion = 'transactional' AS asked,
    facts AS
    (
        SELECT
            toDate(occurred_at) AS day,
            channel,
            received_at <= {known_at:DateTime64(3, 'UTC')} AS event_then,
            1 AS event_now,
            0 AS answer_then, 0 AS answer_now,
            0 AS asked_then, 0 AS asked_now, 0 AS balance_then, 0 AS balance_now,
            0 AS rated_then, 0 AS rated_now, 0 AS satisfied_then, 0 AS satisfied_now
        FROM interactions FINAL
        WHERE NOT automated
        UNION ALL
        SELECT
            day, channel, 0, 0, 1, 0,
            asked, 0, asked * ((nps_class = 'promoter') - (nps_class = 'detractor')), 0,
            satisfied IS NOT NULL, 0, coalesce(satisfied, 0), 0
        FROM v_answers_as_known(known_at = {known_at:DateTime64(3, 'UTC')})
        UNION ALL
        SELECT
            day, channel, 0, 0, 0, 1,
            0, asked, 0, asked * ((nps_class = 'promoter') - (nps_class = 'detractor')),
            0, satisfied IS NOT NULL, 0, coalesce(satisfied, 0)
        FROM v_answers_as_known(known_at = '2299-12-31 00:00:00')
    )
SELECT
    day,
    channel,
    sum(event_then) AS events_then,
    sum(event_now) AS events_now,
    sum(answer_then) AS answers_then,
    sum(answer_now) AS answers_now,
    sum(asked_then) AS nps_answers_then,
    sum(asked_now) AS nps_answers_now,
    100 * sum(balance_then) / nullIf(nps_answers_then, 0) AS nps_then,
    100 * sum(balance_now) / nullIf(nps_answers_now, 0) AS nps_now,
    sum(rated_then) AS csat_answers_then,
    sum(rated_now) AS csat_answers_now,
    100 * sum(satisfied_then) / nullIf(csat_answers_then, 0) AS csat_then,
    100 * sum(satisfied_now) / nullIf(csat_answers_now, 0) AS csat_now
FROM facts
GROUP BY day, channel
COMMENT 'Volume, NPS and CSAT of a day as known at a moment and as known now: v_known_then(known_at = ''...'')'
