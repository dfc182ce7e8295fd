SELECT
    begins_at AS time,
    nps AS NPS,
    nps_low AS "at least",
    nps_high AS "at most",
    nps_answers AS n
FROM v_satisfaction_by({cut:day}, {period})
WHERE {only:occasion} AND nps_answers > 0
ORDER BY time
