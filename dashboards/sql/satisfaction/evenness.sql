SELECT
    evenness,
    spokes,
    mean,
    weakest,
    toString(weakest_channel) AS "weakest channel"
FROM v_wheel_balance({period})
