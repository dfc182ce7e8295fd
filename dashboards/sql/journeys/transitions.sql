SELECT
    from_touchpoint AS "from",
    to_touchpoint AS "to",
    sum(n) AS steps,
    sum(sessions) AS sessions
FROM v_transitions
WHERE $__dateFilter(day)
GROUP BY "from", "to"
ORDER BY steps DESC
LIMIT 60
