-- What does waiting do to satisfaction, and from how long on?
-- Classes double. v_latency_bend fits the bend itself and says nothing where it cannot.
SELECT channel, round(wait_from_ms / 1000) AS from_s, round(wait_to_ms / 1000) AS to_s, answers, round(score_mean, 2) AS score
FROM v_satisfaction_by_wait(since = '2025-10-13', until = '2025-10-27')
WHERE channel = 'phone' AND answers >= 10
ORDER BY wait_from_ms
