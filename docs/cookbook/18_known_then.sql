-- What did the report of Friday afternoon say of this week, and what do we know now?
-- Late events correct numbers; this tells a number that grew from one that was reported wrong.
SELECT day, sum(events_then) AS events_then, sum(events_now) AS events_now, sum(answers_then) AS answers_then, sum(answers_now) AS answers_now
FROM v_known_then(known_at = '2025-10-17 15:00:00')
WHERE day >= '2025-10-15' AND day < '2025-10-18'
GROUP BY day
ORDER BY day
