SELECT
    begins_at AS time,
    concat({channel}, ' (n ', toString(sum(targeted - pending) OVER (PARTITION BY channel)), ')') AS series,
    in_time_share AS "in time"
FROM v_in_time_by({cut:time,channel}, {period})
WHERE targeted > pending
ORDER BY time, series
