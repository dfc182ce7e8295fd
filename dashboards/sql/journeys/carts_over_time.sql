SELECT
    toDateTime(each.day, 'UTC') AS time,
    sum(each.abandoned) / nullIf(sum(each.settled), 0) AS abandoned,
    sum(each.settled) AS n
FROM v_cart_abandonment AS each
WHERE $__dateFilter(day) AND {only:segment,variant}
GROUP BY each.day
ORDER BY time
