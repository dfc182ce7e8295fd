SELECT
    dateTrunc({grain}, hour) AS time,
    {channel} AS series,
    sum(by_customers) AS contacts
FROM v_volume
WHERE {hours} AND {only:channel,touchpoint,stage,segment,variant}
GROUP BY time, series
HAVING contacts > 0
ORDER BY time, series
