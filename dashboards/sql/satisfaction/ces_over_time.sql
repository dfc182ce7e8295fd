SELECT
    begins_at AS time,
    ces AS CES,
    ces_low AS "at least",
    ces_high AS "at most",
    ces_answers AS n
FROM v_satisfaction_by({cut:day}, {period})
WHERE {only:occasion} AND ces_answers > 0
ORDER BY time
