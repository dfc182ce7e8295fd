SELECT
    nps AS NPS,
    nps_margin AS "NPS give or take",
    nps_answers AS "n NPS",
    csat AS CSAT,
    csat_low AS "CSAT at least",
    csat_high AS "CSAT at most",
    csat_answers AS "n CSAT",
    ces AS CES,
    ces_low AS "CES at least",
    ces_high AS "CES at most",
    ces_answers AS "n CES",
    answers,
    raw_answers AS "with repeats",
    skipped
FROM v_satisfaction_by({cut:}, {period})
WHERE {only:occasion}
