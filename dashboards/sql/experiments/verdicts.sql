SELECT
    measure,
    variant,
    against,
    value,
    value_against AS "value of the other",
    difference,
    low AS "at least",
    high AS "at most",
    p,
    n,
    n_against AS "n of the other",
    coalesce(verdict, 'too few to tell') AS verdict
FROM v_experiments({period})
ORDER BY measure, variant
