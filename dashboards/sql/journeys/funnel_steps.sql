SELECT
    concat(toString(each.position), '. ', each.step) AS step,
    sum(each.came) AS came,
    sum(each.reached) AS reached,
    sum(each.pending) AS pending,
    sum(each.dropped) AS dropped,
    sum(each.settled_reached) / nullIf(sum(each.settled_came), 0) AS conversion,
    sum(each.dropped) / nullIf(sum(each.settled_came), 0) AS "drop-off",
    sum(each.settled_came) AS n
FROM v_funnel_steps({period}) AS each
WHERE {only:funnel,segment,variant}
GROUP BY each.position, each.step
ORDER BY each.position
