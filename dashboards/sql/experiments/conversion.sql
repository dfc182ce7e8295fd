SELECT
    concat(variant, ' (n ', toString(count()), ')') AS series,
    avg(value) AS converted
FROM v_variant_outcomes
WHERE measure = 'conversion' AND $__timeFilter_ms(began_at)
GROUP BY variant
ORDER BY variant
