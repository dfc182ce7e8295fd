SELECT
    dateTrunc({grain}, hour) AS time,
    channel,
    sum(by_customers) AS contacts
FROM v_volume
WHERE $__dateFilter(day) AND $__timeFilter(hour) AND {only:channel,touchpoint,stage,segment,variant}
GROUP BY time, channel
HAVING contacts > 0
ORDER BY time, channel
