-- How long do customers wait for the first human reply, per channel?
-- seen_from = 'contact' is what the customer felt, 'handoff' what the team controls. The business clock counts open hours only: 0 was answered before opening.
SELECT channel, clock, responses, round(p50_ms / 60000, 1) AS p50_minutes, round(p90_ms / 60000, 1) AS p90_minutes, round(p99_ms / 60000, 1) AS p99_minutes
FROM v_responses_by(dimensions = 'channel', since = '2025-10-13', until = '2025-10-27')
WHERE response = 'first' AND seen_from = 'contact'
ORDER BY channel, clock
