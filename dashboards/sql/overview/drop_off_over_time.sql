SELECT
    toDateTime(day, 'UTC') AS time,
    1 - sum(succeeded) / nullIf(sum(sessions), 0) AS "without success",
    sum(sessions) AS n
FROM v_entries
WHERE $__dateFilter(day) AND {places:stage} AND {selling} AND {only:channel,segment,variant}
GROUP BY day
ORDER BY time
