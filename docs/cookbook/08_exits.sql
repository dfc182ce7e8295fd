-- On which pages do visits end without success?
-- A session that bought something is no exit, wherever it ended. Names and channels of touchpoints are in v_touchpoints.
SELECT touchpoint, name, sum(sessions) AS visited, sum(exits) AS ended_here, round(100 * ended_here / visited, 1) AS exit_percent
FROM v_exit_rates
INNER JOIN v_touchpoints USING (touchpoint)
WHERE day >= '2025-10-13' AND day < '2025-10-27' AND channel = 'web'
GROUP BY touchpoint, name
HAVING visited >= 100
ORDER BY exit_percent DESC
