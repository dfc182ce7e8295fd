SELECT
    sum(conversations) AS waiting,
    sum(growth) AS "change within an hour"
FROM v_backlog(moment = {until}, before = {until} - INTERVAL 1 HOUR)
WHERE {only:channel}
