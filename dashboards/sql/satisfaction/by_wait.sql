SELECT
    concat('up to ', formatReadableTimeDelta(wait_to_ms / 1000, multiIf(wait_to_ms < 60000, 'seconds', wait_to_ms < 3600000, 'minutes', 'hours'), multiIf(wait_to_ms < 60000, 'seconds', wait_to_ms < 3600000, 'minutes', 'hours')), ' (n ', toString(sum(answers)), ')') AS wait,
    sum(score_mean * answers) / sum(answers) AS score
FROM v_satisfaction_by_wait({period})
WHERE {only:channel}
GROUP BY wait_to_ms
ORDER BY wait_to_ms
