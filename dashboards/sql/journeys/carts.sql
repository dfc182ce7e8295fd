-- From carts, for the reason that stages.sql gives.
SELECT
    countIf(outcome = 'abandoned') / nullIf(countIf(settled), 0) AS abandoned,
    countIf(settled) AS n,
    countIf(outcome = 'pending') AS pending
FROM v_carts
WHERE $__dateFilter(toDate(opened_at)) AND {only:segment,variant}
