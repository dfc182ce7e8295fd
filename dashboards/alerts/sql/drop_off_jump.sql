-- How far the exit rate of the last hour lies above that of the same hour in the four weeks before, when that is no chance
-- (two shares compared, z above 3), as a multiple of what thresholds.drop_off_rise allows; else 0. Below 30 sessions now or 60 before nothing is said.
WITH
    (SELECT any(value) FROM v_settings WHERE setting = 'thresholds.drop_off_rise') AS most,
    visits AS
    (
        SELECT
            arrayJoin(arrayDistinct(steps)) AS touchpoint,
            exit_touchpoint = touchpoint AND NOT succeeded AS ended_here,
            intDiv(toUnixTimestamp64Milli({until}) - toUnixTimestamp64Milli(closed_at), 7 * 86400000) AS weeks_ago
        FROM v_sessions
        WHERE NOT automated AND started_at >= {since} - INTERVAL 30 DAY AND closed_at >= {since} - INTERVAL 28 DAY AND closed_at < {until}
            AND (toUnixTimestamp64Milli({until}) - toUnixTimestamp64Milli(closed_at)) % (7 * 86400000)
                <= toUnixTimestamp64Milli({until}) - toUnixTimestamp64Milli({since})
    ),
    compared AS
    (
        SELECT
            touchpoint,
            countIf(weeks_ago = 0) AS n,
            countIf(weeks_ago > 0) AS usual_n,
            countIf(ended_here AND weeks_ago = 0) / n AS exit_rate,
            countIf(ended_here AND weeks_ago > 0) / usual_n AS usual,
            countIf(ended_here) / count() AS pooled
        FROM visits
        GROUP BY touchpoint
        HAVING n >= 30 AND usual_n >= 60
    )
SELECT
    touchpoint,
    if(exit_rate - usual > 3 * sqrt(pooled * (1 - pooled) * (1 / n + 1 / usual_n)), (exit_rate - usual) / most, 0) AS value,
    exit_rate,
    n,
    usual,
    usual_n
FROM compared
WHERE most > 0
