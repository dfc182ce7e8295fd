SELECT
    dateTrunc({grain}, occurred_at) AS time,
    cause,
    count() AS mentions
FROM v_cause_mentions
WHERE $__timeFilter_ms(occurred_at) AND {only:channel,touchpoint}
GROUP BY time, cause
ORDER BY time, cause
