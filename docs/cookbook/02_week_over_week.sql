-- Did satisfaction change from last week to this one?
-- Weeks begin on Monday, UTC. Where the intervals overlap, the change may be chance.
SELECT day AS week, occasion, round(nps, 1) AS nps, round(nps_low, 1) AS low, round(nps_high, 1) AS high, nps_answers, skipped
FROM v_satisfaction_by(dimensions = 'week', since = '2025-10-13', until = '2025-10-27')
WHERE nps_answers > 0
ORDER BY occasion, week
