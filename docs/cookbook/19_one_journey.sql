-- What happened to this customer?
-- Events, answers, waits, sessions, cases and alerts of one journey, in order. Here: of the worst answer.
SELECT at, kind, what, touchpoint, actor, detail
FROM v_journey_timeline(journey = (SELECT argMin(journey_id, (score, heard_at)) FROM v_cases WHERE contacted_at IS NOT NULL))
LIMIT 30
