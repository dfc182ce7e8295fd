-- Unanswered conversations as a multiple of what thresholds.unanswered allows.
WITH (SELECT any(value) FROM v_settings WHERE setting = 'thresholds.unanswered') AS most
SELECT
    channel,
    conversations / most AS value,
    conversations,
    growth,
    most AS allowed
FROM (SELECT DISTINCT channel FROM v_touchpoints WHERE target_ms IS NOT NULL) AS promised
FULL JOIN v_backlog(moment = $__toTime_ms, before = $__fromTime_ms) AS backlog USING (channel)
WHERE most > 0
