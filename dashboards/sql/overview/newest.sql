SELECT
    dateDiff('second', max(received_at), {until}) AS "newest event",
    countIf(received_at > {until} - INTERVAL 1 HOUR) AS "events in the last hour"
FROM (SELECT received_at, occurred_at, channel FROM v_interactions UNION ALL SELECT received_at, occurred_at, channel FROM v_answers)
WHERE received_at > {until} - INTERVAL 1 DAY AND received_at <= {until} AND {only:channel}
    AND occurred_at > {until} - INTERVAL 8 DAY AND occurred_at < {until} + INTERVAL 1 DAY
HAVING count() > 0
