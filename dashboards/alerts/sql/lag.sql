-- How long ago the newest window of five minutes with events ended, by the time of the events. Windows end every minute; where
-- not nearly all of the hour before it had events, nobody can tell standstill from a quiet hour: 0.
WITH
    (
        SELECT arraySort(groupArray(window_end))
        FROM v_rolling
        WHERE scope_kind = 'overall' AND window_s = 300 AND events + automated > 0 AND $__timeFilter_ms(window_end)
    ) AS ends,
    arrayCount(each -> each > ends[-1] - INTERVAL 60 MINUTE, ends) AS busy
SELECT
    if(busy >= 57, toUnixTimestamp64Milli($__toTime_ms) - toUnixTimestamp64Milli(ends[-1]), 0) / 1000 AS value,
    busy
WHERE notEmpty(ends)
