SELECT
    dateTrunc({grain}, occurred_at) AS time,
    kind,
    count() AS experiences
FROM v_bad_experiences
WHERE $__timeFilter_ms(occurred_at) AND {only:channel,touchpoint}
GROUP BY time, kind
ORDER BY time, kind
