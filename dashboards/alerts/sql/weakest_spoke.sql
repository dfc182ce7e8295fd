-- How far the weakest spoke of this week lies below its own of the week before; 0 for every other one. A spoke of less than 30
-- scores, answers, waits and sessions, now or before, is not spoken of.
SELECT
    channel,
    if(weakest, -assumeNotNull(change), 0) AS value,
    assumeNotNull(spoke) AS spoke_now,
    assumeNotNull(spoke_before) AS before,
    n,
    n_before
FROM v_wheel_change({period})
WHERE change IS NOT NULL AND n >= 30 AND n_before >= 30
