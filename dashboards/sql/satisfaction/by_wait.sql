WITH wait_to_ms / 1000 AS longest_s
SELECT
    concat('up to ', multiIf(
        longest_s < 60, formatReadableTimeDelta(longest_s, 'seconds'),
        longest_s < 3600, formatReadableTimeDelta(longest_s, 'minutes', 'minutes'),
        formatReadableTimeDelta(longest_s, 'hours', 'hours')), ' (n ', toString(sum(answers)), ')') AS wait,
    sum(score_mean * answers) / sum(answers) AS score
FROM v_satisfaction_by_wait({period})
WHERE {only:channel}
GROUP BY wait_to_ms
ORDER BY wait_to_ms
