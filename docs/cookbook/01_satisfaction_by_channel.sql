-- How satisfied are customers with each channel, and how sure are we?
-- The view is cut along the dimensions you name. NPS about a contact (transactional) and about the company (relational) are never mixed.
SELECT channel, round(nps, 1) AS nps, round(nps_low, 1) AS low, round(nps_high, 1) AS high, nps_answers, round(csat, 1) AS csat, csat_answers
FROM v_satisfaction_by(dimensions = 'channel', since = '2025-10-13', until = '2025-10-27')
WHERE occasion = 'transactional' AND nps_answers + csat_answers > 0
ORDER BY channel
