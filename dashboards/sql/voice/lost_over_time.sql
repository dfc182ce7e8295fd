SELECT
    dateTrunc({grain}, lost_at) AS time,
    replaceAll(reason, '_', ' ') AS why,
    countIf(NOT cancelled) AS lost
FROM v_lost_prospects
WHERE $__timeFilter_ms(lost_at) AND {only:channel,touchpoint}
GROUP BY time, why
ORDER BY time, why
