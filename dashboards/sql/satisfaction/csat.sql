SELECT
    csat AS CSAT,
    csat_low AS "at least",
    csat_high AS "at most",
    csat_answers AS n
FROM v_satisfaction_by({cut:}, {period})
WHERE {only:occasion}
