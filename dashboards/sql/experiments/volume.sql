SELECT
    dateTrunc({grain}, hour) AS time,
    coalesce(segment, 'unknown') AS series,
    sum(by_customers) AS contacts
FROM v_volume
WHERE $__dateFilter(day) AND $__timeFilter(hour) AND {only:channel,touchpoint,stage,segment,variant}
GROUP BY time, series
ORDER BY time, series
