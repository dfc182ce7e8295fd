SELECT
    begins_at AS time,
    nps AS NPS,
    nps_low AS "NPS at least",
    nps_high AS "NPS at most",
    nullIf(nps_answers, 0) AS "n NPS",
    csat AS CSAT,
    csat_low AS "CSAT at least",
    csat_high AS "CSAT at most",
    nullIf(csat_answers, 0) AS "n CSAT",
    ces AS CES,
    ces_low AS "CES at least",
    ces_high AS "CES at most",
    nullIf(ces_answers, 0) AS "n CES"
FROM v_satisfaction_by({cut:day}, {period})
WHERE {only:occasion}
ORDER BY time
