-- From journeys, for the reason that stages.sql gives.
SELECT
    countIf(settled AND succeeded_at IS NOT NULL) / nullIf(countIf(settled), 0) AS completed,
    countIf(settled) AS n,
    avg(steps_to_complete) AS "steps on average",
    countIf(pending) AS pending
FROM v_journeys
WHERE NOT automated AND $__dateFilter(toDate(began_at)) AND {only:segment,variant}
