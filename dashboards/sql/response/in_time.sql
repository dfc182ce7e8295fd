SELECT
    concat({channel}, ' (n ', toString(targeted - pending), ')') AS series,
    in_time_share AS "in time"
FROM v_in_time_by({cut:channel}, {period})
WHERE targeted > pending
ORDER BY "in time"
