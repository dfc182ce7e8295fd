SELECT
    channel,
    spoke,
    round(spoke * sin(2 * pi() * corner / corners), 4) AS x,
    round(spoke * cos(2 * pi() * corner / corners), 4) AS y
FROM
(
    SELECT channel, spoke, arrayJoin(if(place = 1, [0, corners], [place - 1])) AS corner, corners
    FROM
    (
        SELECT channel, spoke, toInt64(row_number() OVER (ORDER BY channel)) AS place, toInt64(count() OVER ()) AS corners
        FROM v_wheel({period})
        WHERE {only:channel}
    )
)
ORDER BY corner
