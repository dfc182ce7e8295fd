SELECT
    dateDiff('second', max(received_at), {until}) AS "newest event",
    countIf(received_at > {until} - INTERVAL 1 HOUR) AS "events in the last hour"
FROM v_interactions
WHERE occurred_at > {until} - INTERVAL 1 DAY AND received_at <= {until} AND {only:channel}
HAVING count() > 0
