-- What share of waits is answered within its target, counting those who still wait?
-- Who was never answered counts against it; who still has time is pending and in no share.
SELECT channel, targeted, in_time, late, unanswered, open_late, round(100 * in_time_share, 1) AS percent_in_time
FROM v_in_time_by(dimensions = 'channel', since = '2025-10-13', until = '2025-10-27')
WHERE targeted > 0
ORDER BY in_time_share
