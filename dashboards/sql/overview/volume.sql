SELECT
    hour AS time,
    channel,
    sum(by_customers) AS contacts
FROM v_volume
WHERE $__dateFilter(day) AND $__timeFilter(hour) AND {only:channel,touchpoint,stage}
GROUP BY time, channel
ORDER BY time, channel
