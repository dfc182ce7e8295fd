SELECT
    touchpoint,
    in_time_share AS "in time",
    targeted - pending AS n,
    late,
    unanswered,
    open_late AS "open and late",
    pending
FROM v_in_time_by({cut:touchpoint}, {period})
WHERE targeted > 0
ORDER BY "in time"
