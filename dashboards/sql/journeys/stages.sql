SELECT
    each.stage AS stage,
    sum(each.succeeded) AS succeeded,
    sum(each.pending) AS pending,
    sum(each.dropped) AS dropped
FROM v_stage_dropoff AS each
WHERE $__dateFilter(day) AND {only:segment,variant}
GROUP BY each.stage_order, each.stage
ORDER BY each.stage_order
