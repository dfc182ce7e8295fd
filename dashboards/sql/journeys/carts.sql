SELECT
    sum(each.abandoned) / nullIf(sum(each.settled), 0) AS abandoned,
    sum(each.settled) AS n,
    sum(each.pending) AS pending
FROM v_cart_abandonment AS each
WHERE $__dateFilter(day) AND {only:segment,variant}
