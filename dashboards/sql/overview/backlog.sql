SELECT
    sum(conversations) AS waiting,
    sum(growth) AS "more than an hour ago"
FROM v_backlog(moment = {until}, before = {until} - INTERVAL 1 HOUR)
WHERE {only:channel}
