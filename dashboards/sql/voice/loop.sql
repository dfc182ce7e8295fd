SELECT
    taken.1 AS step,
    taken.2 AS cases
FROM
(
    SELECT arrayJoin([
        ('1. heard', sum(heard)),
        ('2. acknowledged', sum(acknowledged)),
        ('3. recovered', sum(recovered)),
        ('4. root-caused', sum(root_caused)),
        ('5. covered', sum(covered)),
        ('6. verified', sum(verified))
    ]) AS taken
    FROM v_loop
    WHERE $__dateFilter(day) AND {only:channel,touchpoint}
)
ORDER BY step
