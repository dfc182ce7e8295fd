SELECT
    dateTrunc({grain}, hour) AS time,
    sum(events) AS "by humans",
    sum(automated) AS "by machines"
FROM v_volume
WHERE $__dateFilter(day) AND $__timeFilter(hour) AND {only:channel}
GROUP BY time
ORDER BY time
