SELECT
    each.touchpoint AS touchpoint,
    sum(each.sessions) AS n,
    sum(each.bounces) / nullIf(sum(each.sessions), 0) AS bounced,
    sum(each.succeeded) / nullIf(sum(each.sessions), 0) AS succeeded,
    sum(each.steps) / nullIf(sum(each.sessions), 0) AS "steps a session"
FROM v_entries AS each
WHERE $__dateFilter(day) AND {places:stage} AND {only:channel,segment,variant}
GROUP BY each.touchpoint
ORDER BY n DESC
