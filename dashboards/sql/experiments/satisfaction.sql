SELECT
    if(segment = '', 'unknown', segment) AS segment,
    nps AS NPS,
    nps_low AS "NPS at least",
    nps_high AS "NPS at most",
    nps_answers AS "n NPS",
    csat AS CSAT,
    csat_answers AS "n CSAT",
    ces AS CES,
    ces_answers AS "n CES"
FROM v_satisfaction_by({cut:segment}, {period})
WHERE occasion = 'transactional' AND answers > 0
ORDER BY NPS
