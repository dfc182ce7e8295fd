WITH if(contacted_at <= {until}, time_to_contact_ms, NULL) AS contacted_after_ms
SELECT
    countIf(contacted_after_ms IS NULL) AS "not contacted yet",
    quantileExactInclusiveOrNull(0.5)(contacted_after_ms) AS "half were contacted within",
    count(contacted_after_ms) AS n
FROM v_cases
WHERE $__timeFilter_ms(heard_at) AND {only:channel,touchpoint,stage}
