-- Who the journeys are whose customer was not known all along: without it, one of them would be two people. The customer it was first known
-- by, in answers, waits and conversations; every version of a row names the same one: no FINAL. Only journeys that were without a customer in
-- the period are asked for, by what they were in it and 7 days before and after, or a day would read the rows of years; and sessions, ten times
-- as many, are not looked at: views that count people ask at each refresh. Parameters: since, until (not included).
CREATE OR REPLACE VIEW v_recognised {on_cluster}
(
    journey_id  String COMMENT 'A journey with an answer, wait or conversation without a customer in the period, and one with a customer within 7 days of it',
    customer_id String COMMENT 'The customer it was first known by'
)
AS SELECT
    journey_id,
    argMin(assumeNotNull(customer_id), (at, customer_id)) AS customer_id
FROM
(
    SELECT journey_id, customer_id, occurred_at AS at FROM answers WHERE customer_id IS NOT NULL AND occurred_at >= {since:DateTime64(3, 'UTC')} - INTERVAL 7 DAY AND occurred_at < {until:DateTime64(3, 'UTC')} + INTERVAL 7 DAY
    UNION ALL
    SELECT journey_id, customer_id, asked_at AS at FROM waits WHERE customer_id IS NOT NULL AND asked_at >= {since:DateTime64(3, 'UTC')} - INTERVAL 7 DAY AND asked_at < {until:DateTime64(3, 'UTC')} + INTERVAL 7 DAY
    UNION ALL
    SELECT journey_id, customer_id, opened_at AS at FROM conversations WHERE customer_id IS NOT NULL AND opened_at >= {since:DateTime64(3, 'UTC')} - INTERVAL 7 DAY AND opened_at < {until:DateTime64(3, 'UTC')} + INTERVAL 7 DAY
)
WHERE journey_id IN
(
    SELECT journey_id FROM answers WHERE customer_id IS NULL AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at < {until:DateTime64(3, 'UTC')}
    UNION ALL
    SELECT journey_id FROM waits WHERE customer_id IS NULL AND asked_at >= {since:DateTime64(3, 'UTC')} AND asked_at < {until:DateTime64(3, 'UTC')}
    UNION ALL
    SELECT journey_id FROM conversations WHERE customer_id IS NULL AND opened_at >= {since:DateTime64(3, 'UTC')} AND opened_at < {until:DateTime64(3, 'UTC')}
)
GROUP BY journey_id
COMMENT 'Customers of journeys that were not known all along: v_recognised(since = ''2026-03-01'', until = ''2026-04-01'')'
