SELECT
    concat(coalesce(each.segment, 'unknown'), ' (n ', toString(sum(each.sessions)), ')') AS series,
    sum(each.succeeded) / nullIf(sum(each.sessions), 0) AS succeeded
FROM v_entries AS each
WHERE $__dateFilter(day) AND {places:stage} AND {only:channel,segment,variant}
GROUP BY each.segment
ORDER BY succeeded
