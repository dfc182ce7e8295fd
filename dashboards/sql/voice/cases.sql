SELECT
    heard_at AS heard,
    touchpoint,
    score,
    arrayStringConcat(causes, ', ') AS causes,
    state,
    time_to_contact_ms AS "time to contact",
    rerated_score10 AS "next rating",
    journey_id AS journey
FROM v_cases
WHERE $__timeFilter_ms(heard_at) AND {only:channel,touchpoint,stage}
ORDER BY state = 'heard' DESC, heard
LIMIT 200
