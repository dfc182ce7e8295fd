SELECT
    concat(toString(each.position), '. ', each.step) AS step,
    sum(each.reached) AS reached,
    sum(each.pending) AS pending,
    sum(each.dropped) AS dropped
FROM v_funnel_steps({period}) AS each
WHERE {only:funnel,segment,variant}
GROUP BY each.position, each.step
ORDER BY each.position
