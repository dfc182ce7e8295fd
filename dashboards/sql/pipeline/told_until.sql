SELECT
    dateDiff('second', max(window_end), {until}) AS "newest window"
FROM v_rolling
WHERE window_s = 300 AND window_end <= {until}
HAVING count() > 0
