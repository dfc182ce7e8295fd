SELECT
    dateTrunc('day', opened_at) AS time,
    countIf(outcome = 'abandoned') / nullIf(countIf(settled), 0) AS abandoned,
    countIf(settled) AS n
FROM v_carts
WHERE $__dateFilter(toDate(opened_at)) AND {only:segment,variant}
GROUP BY time
ORDER BY time
