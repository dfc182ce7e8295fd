SELECT
    toDateTime(day, 'UTC') AS time,
    concat({channel}, ' (n ', toString(sum(events) OVER (PARTITION BY channel)), ')') AS series,
    p95_ms AS p95
FROM v_lateness
WHERE $__dateFilter(day) AND topic = 'touchpoint.interactions' AND {only:channel}
ORDER BY time, series
