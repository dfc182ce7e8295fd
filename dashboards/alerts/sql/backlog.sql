-- Unanswered conversations as a multiple of what thresholds.unanswered allows.
WITH (SELECT any(value) FROM v_settings WHERE setting = 'thresholds.unanswered') AS most
SELECT
    channel,
    conversations / most AS value,
    conversations,
    growth,
    most AS allowed
FROM (SELECT DISTINCT channel FROM v_touchpoints WHERE target_ms IS NOT NULL) AS promised
FULL JOIN v_backlog(moment = {until}, before = {since}) AS backlog USING (channel)
WHERE most > 0
