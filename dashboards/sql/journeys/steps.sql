SELECT
    dateTrunc('day', began_at) AS time,
    quantileExactInclusive(0.5)(steps_to_complete) AS "half needed at most",
    quantileExactInclusive(0.9)(steps_to_complete) AS "90 % needed at most",
    count(steps_to_complete) AS n
FROM v_journeys
WHERE NOT automated AND steps_to_complete IS NOT NULL AND $__dateFilter(toDate(began_at)) AND {only:segment,variant}
GROUP BY time
ORDER BY time
