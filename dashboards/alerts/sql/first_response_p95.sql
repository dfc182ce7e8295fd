-- First responses that came within the range: how many times its target the slowest but 5 % took. Below 20 nothing is said.
SELECT
    channel,
    quantileExactInclusive(0.95)(assumeNotNull(target_used)) AS value,
    quantileExactInclusive(0.95)(assumeNotNull(waited_ms)) / 1000 AS p95_s,
    count() AS n
FROM v_waits
WHERE NOT automated AND position = 1 AND outcome = 'answered' AND target_used IS NOT NULL
    AND asked_at >= {since} - INTERVAL 30 DAY AND $__timeFilter_ms(assumeNotNull(ended_at))
GROUP BY channel
HAVING n >= 20
