-- Share of the messages received lately that could not be read. Below 20 of them it is 0.
WITH received AS
(
    SELECT topic, 1 AS dead
    FROM v_dead_letters
    WHERE $__timeFilter_ms(received_at)
    UNION ALL
    SELECT 'touchpoint.interactions', 0
    FROM v_interactions
    WHERE occurred_at >= $__fromTime_ms - INTERVAL 1 DAY AND $__timeFilter_ms(received_at)
    UNION ALL
    SELECT 'touchpoint.feedback', 0
    FROM v_answers
    WHERE occurred_at >= $__fromTime_ms - INTERVAL 1 DAY AND $__timeFilter_ms(received_at)
)
SELECT
    topic,
    if(letters >= 20, letters / count(), 0) AS value,
    sum(dead) AS letters
FROM received
GROUP BY topic
