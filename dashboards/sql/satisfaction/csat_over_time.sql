SELECT
    begins_at AS time,
    csat AS CSAT,
    csat_low AS "at least",
    csat_high AS "at most",
    csat_answers AS n
FROM v_satisfaction_by({cut:day}, {period})
WHERE {only:occasion} AND csat_answers > 0
ORDER BY time
