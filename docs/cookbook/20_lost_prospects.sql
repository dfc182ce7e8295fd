-- How many prospects did we lose because nobody answered in time?
-- A later purchase cancels a loss.
SELECT reason, channel, count() AS left_alone, countIf(cancelled) AS bought_after_all, left_alone - bought_after_all AS lost
FROM v_lost_prospects
WHERE asked_at >= '2025-10-13' AND asked_at < '2025-10-27'
GROUP BY reason, channel
ORDER BY lost DESC, reason, channel
