SELECT
    sum(beyond_target) AS "past their target",
    sum(targeted) AS "waiting with a target"
FROM v_backlog(moment = {until}, before = {until} - INTERVAL 1 HOUR)
WHERE {only:channel}
