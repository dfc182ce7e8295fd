-- Conversations past their target now, of every channel that promises one and of any other where somebody waits.
SELECT
    channel,
    beyond_target AS value,
    targeted AS waiting,
    coalesce(oldest_age_ms, 0) / 1000 AS oldest_s
FROM (SELECT DISTINCT channel FROM v_touchpoints WHERE target_ms IS NOT NULL) AS promised
FULL JOIN v_backlog(moment = {until}, before = {since}) AS backlog USING (channel)
