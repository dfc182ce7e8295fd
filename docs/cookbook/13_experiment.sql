-- Is variant B better than A?
-- conversion is a share, dwell milliseconds a page, satisfaction a score. Fix the period before you look.
SELECT measure, variant, against, n, n_against, round(value, 4) AS value, round(value_against, 4) AS value_against,
    round(low, 4) AS low, round(high, 4) AS high, round(p, 4) AS p, verdict
FROM v_experiments(since = '2025-10-13', until = '2025-10-27')
ORDER BY measure
