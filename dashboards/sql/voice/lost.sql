SELECT
    replaceAll(reason, '_', ' ') AS reason,
    countIf(NOT cancelled) AS lost,
    countIf(cancelled) AS "bought after all",
    count() AS n
FROM v_lost_prospects
WHERE $__timeFilter_ms(lost_at) AND {only:channel,touchpoint}
GROUP BY reason
ORDER BY lost DESC
