SELECT
    touchpoint,
    sum(dwell_sum_ms) / nullIf(sum(timed), 0) AS "mean time on the page",
    sum(timed) AS n
FROM v_dwell
WHERE $__dateFilter(day) AND {only:channel,touchpoint,segment,variant}
GROUP BY touchpoint
ORDER BY n DESC
