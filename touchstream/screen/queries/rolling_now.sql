-- The newest rolling day of every scope, as parts. A scope that has been silent for longer than `hours` is not shown, nor what a
-- worker has told whose clock was ahead.
SELECT
    scope_kind,
    scope,
    events,
    sessions,
    exits,
    nps_answers,
    promoters,
    detractors,
    csat_answers,
    satisfied,
    ces_answers,
    easy,
    responses,
    response_p50_ms,
    response_p95_ms,
    within_target,
    targeted,
    breaches,
    open_waits,
    oldest_open_at
FROM v_rolling
WHERE window_s = 86400 AND window_end > now() - INTERVAL {hours:UInt32} HOUR AND window_end < now() + INTERVAL 1 HOUR
ORDER BY window_end DESC
LIMIT 1 BY scope_kind, scope
