SELECT
    dateTrunc({grain}, hour) AS time,
    coalesce(segment, 'unknown') AS series,
    sum(by_customers) AS contacts
FROM v_volume
WHERE {hours} AND {only:channel,touchpoint,stage,segment,variant}
GROUP BY time, series
ORDER BY time, series
