SELECT
    round(10 * sin(2 * pi() * corner / 36), 4) AS x,
    round(10 * cos(2 * pi() * corner / 36), 4) AS y
FROM (SELECT arrayJoin(range(37)) AS corner)
ORDER BY corner
