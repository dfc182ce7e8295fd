-- From journeys, not from v_stage_dropoff: telling segments and variants apart only to add them up again takes as long as all the rest.
SELECT
    stage,
    won AS succeeded,
    open AS pending,
    stayed - won - open AS dropped,
    sum(over) OVER furthest_first AS n, -- who came further passed here
    concat(stage, ' (n ', toString(n), ')') AS series,
    dropped / nullIf(n, 0) AS "drop-off"
FROM v_stages
LEFT JOIN
(
    SELECT
        furthest_order AS stage_order,
        count() AS stayed,
        countIf(succeeded_at IS NOT NULL) AS won,
        countIf(pending) AS open,
        countIf(settled) AS over
    FROM v_journeys
    WHERE NOT automated AND $__dateFilter(toDate(began_at)) AND {only:segment,variant}
    GROUP BY stage_order
) AS ends USING (stage_order)
WINDOW furthest_first AS (ORDER BY stage_order DESC)
QUALIFY sum(stayed) OVER furthest_first > 0
ORDER BY stage_order
