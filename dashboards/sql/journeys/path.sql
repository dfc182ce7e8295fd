SELECT
    at,
    kind,
    what,
    touchpoint,
    channel,
    actor,
    detail
FROM
(
    SELECT
        assumeNotNull(step.at) AS at,
        step.kind AS kind,
        step.what AS what,
        step.touchpoint AS touchpoint,
        step.channel AS channel,
        step.actor AS actor,
        step.detail AS detail,
        multiIf(kind = 'alert', 5, what = 'ended', 4, kind IN ('wait', 'case'), 3, what = 'started', 1, 2) AS rank, -- at one moment, as in the view
        xxh3(step.id) AS last
    FROM v_journey_timeline(journey = if(${journey:singlequote} != '', ${journey:singlequote},
        (SELECT argMax(journey_id, (steps, journey_id)) FROM v_journeys WHERE NOT automated AND began_at >= {since} AND last_at <= {until}))) AS step
    ORDER BY at DESC, rank DESC, last DESC -- of a longer one its end is what somebody asks for
    LIMIT 500
)
ORDER BY at, rank, last
