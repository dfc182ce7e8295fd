SELECT
    channel,
    responses AS n,
    p50_ms AS p50,
    p90_ms AS p90,
    p95_ms AS p95,
    p99_ms AS p99,
    mean_ms AS mean,
    unanswered,
    open
FROM v_responses_by({cut:channel}, {period})
WHERE {only:response,seen_from,clock}
ORDER BY p95 DESC
