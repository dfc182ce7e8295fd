-- Share of the messages received lately that could not be read, as a multiple of what thresholds.dead_letter_share allows. Below 20
-- of them it is 0.
WITH (SELECT any(value) FROM v_settings WHERE setting = 'thresholds.dead_letter_share') AS most,
received AS
(
    SELECT topic, 1 AS dead
    FROM v_dead_letters
    WHERE $__timeFilter_ms(received_at)
    UNION ALL
    SELECT 'touchpoint.interactions', 0
    FROM v_interactions
    WHERE occurred_at >= {since} - INTERVAL 1 DAY AND $__timeFilter_ms(received_at)
    UNION ALL
    SELECT 'touchpoint.feedback', 0
    FROM v_answers
    WHERE occurred_at >= {since} - INTERVAL 1 DAY AND $__timeFilter_ms(received_at)
)
SELECT
    topic,
    if(letters >= 20, share / most, 0) AS value,
    sum(dead) AS letters,
    letters / count() AS share
FROM received
GROUP BY topic
HAVING most > 0
