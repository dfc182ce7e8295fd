SELECT
    each.topic AS topic,
    each.channel AS channel,
    sum(each.events) AS n,
    sum(each.late) / sum(each.events) AS late,
    sum(each.very_late) / sum(each.events) AS "very late",
    sum(each.clamped) / sum(each.events) AS "ahead of the clock",
    max(each.max_ms) AS latest
FROM v_lateness AS each
WHERE $__dateFilter(day) AND {only:channel}
GROUP BY each.topic, each.channel
ORDER BY late DESC
