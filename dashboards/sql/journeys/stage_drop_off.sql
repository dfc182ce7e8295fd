SELECT
    concat(stage, ' (n ', toString(sum(settled)), ')') AS series,
    sum(dropped) / nullIf(sum(settled), 0) AS "drop-off"
FROM v_stage_dropoff
WHERE $__dateFilter(day) AND {only:segment,variant}
GROUP BY stage_order, stage
ORDER BY stage_order
