SELECT
    concat(touchpoint, ' (n ', toString(sum(sessions)), ')') AS series,
    sum(exits) / nullIf(sum(sessions), 0) AS "exit rate"
FROM v_exit_rates
WHERE $__dateFilter(day) AND {places} AND {selling} AND {only:segment,variant}
GROUP BY touchpoint
HAVING sum(exits) > 0
ORDER BY "exit rate" DESC
LIMIT 15
