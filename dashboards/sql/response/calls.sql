SELECT
    service_level AS "service level",
    abandonment_rate AS abandoned,
    average_speed_of_answer_ms AS "speed of answer",
    queued AS calls
FROM v_calls_by({cut:}, {period}, seconds = (SELECT coalesce(min(target_ms) / 1000, 20) FROM v_touchpoints WHERE {only:channel,touchpoint,stage}))
