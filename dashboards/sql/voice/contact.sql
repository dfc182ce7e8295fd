SELECT
    countIf(contacted_at IS NULL OR contacted_at > {until}) AS "not contacted yet",
    quantileExactInclusiveOrNull(0.5)(time_to_contact_ms) AS "half were contacted within",
    count(time_to_contact_ms) AS n
FROM v_cases
WHERE $__timeFilter_ms(heard_at) AND {only:channel,touchpoint,stage}
