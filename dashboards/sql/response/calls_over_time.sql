SELECT
    begins_at AS time,
    service_level AS "service level",
    abandonment_rate AS abandoned,
    queued AS calls
FROM v_calls_by({cut:time}, {period}, seconds = (SELECT coalesce(min(target_ms) / 1000, 20) FROM v_touchpoints WHERE {only:channel,touchpoint,stage}))
ORDER BY time
