SELECT
    assumeNotNull(at) AS at,
    kind,
    what,
    touchpoint,
    channel,
    actor,
    detail
FROM v_journey_timeline(journey = if(${journey:singlequote} != '', ${journey:singlequote},
    (SELECT argMax(journey_id, (steps, journey_id)) FROM v_journeys WHERE NOT automated AND began_at >= {since} AND last_at <= {until})))
ORDER BY at
LIMIT 500
