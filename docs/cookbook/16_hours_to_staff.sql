-- At which hours do we need more people on the phone?
-- Times are UTC: name your zone to see your own hours. Many calls and a long wait together say where people are missing.
SELECT toHour(toTimeZone(asked_at, 'Europe/Bucharest')) AS hour, count() AS calls, countIf(outcome = 'abandoned') AS abandoned,
    round(quantileExactIf(0.9)(waited_ms, outcome = 'answered') / 1000) AS p90_wait_s
FROM v_waits
WHERE conversation_kind = 'call' AND position = 1 AND NOT automated AND asked_at >= '2025-10-13' AND asked_at < '2025-10-27'
GROUP BY hour
HAVING calls >= 20
ORDER BY p90_wait_s DESC
LIMIT 8
