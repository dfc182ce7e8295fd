-- What is the service level of the phone: calls answered within 20 seconds?
-- Four formulas are in use; say which one you mean. `seconds` is the Y of X/Y.
SELECT touchpoint, queued, answered, abandoned, round(100 * service_level, 1) AS service_level, round(100 * service_level_of_answered, 1) AS of_answered,
    round(100 * service_level_of_offered, 1) AS of_offered, round(100 * abandonment_rate, 1) AS abandoned_percent, round(average_speed_of_answer_ms / 1000, 1) AS speed_s
FROM v_calls_by(dimensions = 'touchpoint', since = '2025-10-13', until = '2025-10-27', seconds = 20)
WHERE queued > 0
ORDER BY touchpoint
