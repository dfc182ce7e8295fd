SELECT
    category,
    other AS against,
    gap,
    gap_low AS "at least",
    gap_high AS "at most",
    scored AS n,
    other_scored AS "n of the other"
FROM v_perception_gap({period})
ORDER BY category, against
