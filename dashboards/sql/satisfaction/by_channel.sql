SELECT
    channel,
    nps AS NPS,
    nps_low AS "NPS at least",
    nps_high AS "NPS at most",
    nps_answers AS "n NPS",
    csat AS CSAT,
    csat_answers AS "n CSAT",
    ces AS CES,
    ces_answers AS "n CES",
    score_mean AS score,
    scored AS "n score"
FROM v_satisfaction_by({cut:channel}, {period})
WHERE {only:occasion} AND answers > 0
ORDER BY score
