-- A class is called by its longest wait: to the second below an hour, from there by the next whole minute.
WITH
    intDiv(wait_to_ms, 1000) AS longest_s,
    intDiv(longest_s + 59, 60) AS longest_min
SELECT
    concat('up to ', multiIf(
        longest_s < 60, concat(toString(longest_s), ' s'),
        longest_s < 3600, concat(toString(intDiv(longest_s, 60)), ' min ', toString(longest_s % 60), ' s'),
        concat(toString(intDiv(longest_min, 60)), ' h ', toString(longest_min % 60), ' min')), ' (n ', toString(sum(answers)), ')') AS wait,
    sum(score_mean * answers) / sum(answers) AS score
FROM v_satisfaction_by_wait({period})
WHERE {only:channel}
GROUP BY wait_to_ms
ORDER BY wait_to_ms
