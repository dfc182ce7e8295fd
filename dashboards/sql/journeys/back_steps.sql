SELECT
    from_stage AS "from",
    to_stage AS "back to",
    sum(n) AS steps,
    sum(sessions) AS sessions
FROM v_back_steps
WHERE $__dateFilter(day)
GROUP BY "from", "back to"
ORDER BY steps DESC
