SELECT
    dateTrunc({grain}, hour) AS time,
    sum(events) AS "by humans",
    sum(automated) AS "by machines"
FROM v_volume
WHERE {hours} AND {only:channel}
GROUP BY time
ORDER BY time
