-- From cases, not from v_loop: that knows days only, and these are the cases of the panels beside it.
SELECT
    taken.1 AS step,
    taken.2 AS cases
FROM
(
    SELECT arrayJoin([
        ('1. heard', count()),
        ('2. acknowledged', countIf(steps >= 1)),
        ('3. recovered', countIf(steps >= 2)),
        ('4. root-caused', countIf(steps >= 3)),
        ('5. covered', countIf(steps >= 4)),
        ('6. verified', countIf(steps >= 5))
    ]) AS taken
    FROM
    (
        SELECT
            [contacted_at IS NOT NULL, ifNull(recovered, false), root_caused, covered, verified, false] AS took,
            indexOf(took, false) - 1 AS steps
        FROM v_cases
        WHERE $__timeFilter_ms(heard_at) AND {only:channel,touchpoint,stage}
    )
)
ORDER BY step
