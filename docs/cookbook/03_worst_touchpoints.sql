-- Which touchpoints are rated worst, and who answers for them?
-- score_mean puts all scales on 0 to 10. Few answers say little, so ask for enough of them.
SELECT touchpoint, owner, round(score_mean, 2) AS score, round(score_low, 2) AS low, round(score_high, 2) AS high, scored
FROM v_satisfaction_by(dimensions = 'touchpoint,owner', since = '2025-10-13', until = '2025-10-27')
WHERE occasion = 'transactional' AND scored >= 30
ORDER BY score_mean
LIMIT 5
