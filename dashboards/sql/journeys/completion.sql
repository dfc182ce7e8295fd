SELECT
    sum(each.settled_completed) / nullIf(sum(each.settled), 0) AS completed,
    sum(each.settled) AS n,
    sum(each.steps_sum) / nullIf(sum(each.completed), 0) AS "steps on average",
    sum(each.pending) AS pending
FROM v_steps_to_complete AS each
WHERE $__dateFilter(day) AND {only:segment,variant}
