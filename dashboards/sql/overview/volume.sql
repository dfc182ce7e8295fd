SELECT
    dateTrunc({grain}, hour) AS time,
    channel,
    sum(by_customers) AS contacts
FROM v_volume
WHERE {hours} AND {only:channel,touchpoint,stage,segment,variant}
GROUP BY time, channel
HAVING contacts > 0
ORDER BY time, channel
