SELECT
    concat(channel, ' (n ', toString(targeted - pending), ')') AS channel,
    in_time_share AS "answered within target"
FROM v_in_time_by({cut:channel})
WHERE targeted > pending
ORDER BY in_time_share
