SELECT
    ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][toDayOfWeek(begins_at)] AS weekday,
    sumIf(waits, toHour(begins_at) = 0) AS "00",
    sumIf(waits, toHour(begins_at) = 1) AS "01",
    sumIf(waits, toHour(begins_at) = 2) AS "02",
    sumIf(waits, toHour(begins_at) = 3) AS "03",
    sumIf(waits, toHour(begins_at) = 4) AS "04",
    sumIf(waits, toHour(begins_at) = 5) AS "05",
    sumIf(waits, toHour(begins_at) = 6) AS "06",
    sumIf(waits, toHour(begins_at) = 7) AS "07",
    sumIf(waits, toHour(begins_at) = 8) AS "08",
    sumIf(waits, toHour(begins_at) = 9) AS "09",
    sumIf(waits, toHour(begins_at) = 10) AS "10",
    sumIf(waits, toHour(begins_at) = 11) AS "11",
    sumIf(waits, toHour(begins_at) = 12) AS "12",
    sumIf(waits, toHour(begins_at) = 13) AS "13",
    sumIf(waits, toHour(begins_at) = 14) AS "14",
    sumIf(waits, toHour(begins_at) = 15) AS "15",
    sumIf(waits, toHour(begins_at) = 16) AS "16",
    sumIf(waits, toHour(begins_at) = 17) AS "17",
    sumIf(waits, toHour(begins_at) = 18) AS "18",
    sumIf(waits, toHour(begins_at) = 19) AS "19",
    sumIf(waits, toHour(begins_at) = 20) AS "20",
    sumIf(waits, toHour(begins_at) = 21) AS "21",
    sumIf(waits, toHour(begins_at) = 22) AS "22",
    sumIf(waits, toHour(begins_at) = 23) AS "23"
FROM v_in_time_by({cut:hour}, {period})
GROUP BY toDayOfWeek(begins_at)
ORDER BY toDayOfWeek(begins_at)
