-- How much demand comes when we are closed, and what becomes of it?
-- Measured against the calendar of the touchpoint's target. came_back: contacted again within 7 days.
SELECT channel, arrivals, out_of_hours, round(100 * out_of_hours_share, 1) AS percent, unanswered, came_back, in_hours_unanswered
FROM v_out_of_hours_by(dimensions = 'channel', since = '2025-10-13', until = '2025-10-27')
WHERE arrivals > 0
ORDER BY percent DESC
