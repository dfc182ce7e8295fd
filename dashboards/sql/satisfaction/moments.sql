SELECT
    touchpoint,
    difference,
    difference_low AS "at least",
    difference_high AS "at most",
    bad_journeys AS "n bad",
    good_journeys AS "n good",
    if(moment_of_truth, 'yes', 'no') AS "in the catalogue",
    if(controllable, 'yes', 'no') AS controllable
FROM v_moments_of_truth({period})
WHERE {only:touchpoint} AND difference IS NOT NULL
ORDER BY difference DESC
