SELECT
    dateTrunc({grain}, received_at) AS time,
    reason,
    count() AS letters
FROM v_dead_letters
WHERE $__timeFilter_ms(received_at)
GROUP BY time, reason
ORDER BY time, reason
