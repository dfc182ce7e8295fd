SELECT
    reason,
    topic,
    count() AS letters,
    countIf(replayed_at IS NOT NULL) AS "sent again",
    max(received_at) AS last
FROM v_dead_letters
WHERE $__timeFilter_ms(received_at)
GROUP BY reason, topic
ORDER BY letters DESC
