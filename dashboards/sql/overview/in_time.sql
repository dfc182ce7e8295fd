SELECT
    in_time_share AS "in time",
    targeted - pending AS n
FROM v_in_time_by({cut:}, {period})
