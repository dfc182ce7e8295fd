SELECT
    if(waits.segment = '', 'unknown', waits.segment) AS segment,
    waits.p50_ms AS p50,
    waits.p95_ms AS p95,
    waits.responses AS n,
    kept.in_time_share AS "in time",
    kept.targeted - kept.pending AS "n with a target"
FROM v_responses_by({cut:segment}, {period}) AS waits
LEFT JOIN v_in_time_by({cut:segment}, {period}) AS kept ON waits.segment = kept.segment
WHERE waits.response = 'first' AND waits.seen_from = 'contact' AND waits.clock = 'calendar'
ORDER BY p95 DESC
