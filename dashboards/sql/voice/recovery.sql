-- From cases, for the reason that loop.sql gives.
WITH
    contacted_at IS NOT NULL AS acknowledged,
    each.recovered AND each.root_caused AND each.covered AND each.verified AS whole
SELECT
    countIf(each.recovered) / nullIf(count(each.recovered), 0) AS recovered,
    count(each.recovered) AS n,
    countIf(acknowledged AND NOT ifNull(whole, false)) / nullIf(count(), 0) AS "stuck halfway",
    count() AS cases
FROM v_cases AS each
WHERE $__timeFilter_ms(heard_at) AND {only:channel,touchpoint,stage}
