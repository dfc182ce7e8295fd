-- How long ago the newest window of five minutes with events ended, by the time of the events, as a multiple of what
-- thresholds.stale_after allows. Windows end every minute; where
-- not nearly all of the hour before it had events, nobody can tell standstill from a quiet hour: 0.
WITH
    (SELECT any(value) / 1000 FROM v_settings WHERE setting = 'thresholds.stale_after_ms') AS most_s,
    (
        SELECT arraySort(groupArray(window_end))
        FROM v_rolling
        WHERE scope_kind = 'overall' AND window_s = 300 AND events + automated > 0 AND $__timeFilter_ms(window_end)
    ) AS ends,
    arrayCount(each -> each > ends[-1] - INTERVAL 60 MINUTE, ends) AS busy
SELECT
    if(busy >= 57, age_s / most_s, 0) AS value,
    (toUnixTimestamp64Milli({until}) - toUnixTimestamp64Milli(ends[-1])) / 1000 AS age_s,
    busy
WHERE notEmpty(ends) AND most_s > 0
