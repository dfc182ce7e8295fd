SELECT
    begins_at AS time,
    concat({channel}, ' (n ', toString(sum(responses) OVER (PARTITION BY channel)), ')') AS series,
    p95_ms AS p95
FROM v_responses_by({cut:time,channel}, {period})
WHERE {only:response,seen_from,clock} AND responses > 0
ORDER BY time, series
