SELECT
    asked_at AS asked,
    channel,
    touchpoint,
    age_ms AS waiting,
    business_age_ms AS "in open hours",
    target_ms AS target,
    target_used AS "times its target",
    journey_id AS journey
FROM v_open_waits(moment = {until})
WHERE {only:channel,touchpoint,stage}
ORDER BY asked
LIMIT 200
