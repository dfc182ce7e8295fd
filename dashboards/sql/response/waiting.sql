SELECT
    channel,
    conversations AS waiting,
    beyond_target AS "past target",
    oldest_age_ms AS oldest,
    growth AS change
FROM v_backlog(moment = {until}, before = {until} - INTERVAL 1 HOUR)
WHERE {only:channel}
ORDER BY waiting DESC
