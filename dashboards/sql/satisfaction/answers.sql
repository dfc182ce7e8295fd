SELECT
    answers,
    raw_answers AS "with repeats",
    skipped
FROM v_satisfaction_by({cut:}, {period})
WHERE {only:occasion}
