SELECT
    toString(each.day) AS date,
    sum(each.events_then) AS "events then",
    sum(each.events_now) AS "events now",
    sum(each.answers_then) AS "answers then",
    sum(each.answers_now) AS "answers now"
FROM v_known_then(known_at = {until} - INTERVAL 1 DAY) AS each
WHERE $__dateFilter(day) AND {only:channel}
GROUP BY each.day
ORDER BY date DESC
