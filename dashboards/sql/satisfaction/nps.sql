SELECT
    nps AS NPS,
    nps_margin AS "give or take",
    nps_answers AS n
FROM v_satisfaction_by({cut:}, {period})
WHERE {only:occasion}
