SELECT
    ces AS CES,
    ces_low AS "at least",
    ces_high AS "at most",
    ces_answers AS n
FROM v_satisfaction_by({cut:}, {period})
WHERE {only:occasion}
