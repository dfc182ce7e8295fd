WITH multiIf(each.measure = 'dwell', (' (s a page)', 1000), each.measure = 'conversion', (' (share)', 1), (' (0 to 10)', 1)) AS scaled
SELECT
    concat(each.measure, scaled.1) AS measure,
    each.variant AS variant,
    each.against AS against,
    each.value / scaled.2 AS value,
    each.value_against / scaled.2 AS "value of the other",
    each.difference / scaled.2 AS difference,
    each.low / scaled.2 AS "at least",
    each.high / scaled.2 AS "at most",
    each.p AS p,
    each.n AS n,
    each.n_against AS "n of the other",
    coalesce(each.verdict, 'too few to tell') AS verdict
FROM v_experiments({period}) AS each
ORDER BY measure, variant
