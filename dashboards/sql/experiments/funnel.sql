SELECT
    concat(toString(each.position), '. ', each.step) AS step,
    each.variant AS variant,
    sum(each.settled_reached) / nullIf(sum(each.settled_came), 0) AS conversion,
    sum(each.settled_came) AS n
FROM v_funnel_steps({period}) AS each
WHERE {only:funnel,segment,variant} AND each.variant IS NOT NULL
GROUP BY each.position, each.step, each.variant
ORDER BY each.position, variant
