SELECT
    strikes,
    last_at AS last,
    last_touchpoint AS "last at",
    lapses_at AS "until",
    journey_id AS journey
FROM v_at_risk
WHERE last_at <= {until} AND lapses_at > {until}
ORDER BY strikes DESC, last DESC
LIMIT 200
