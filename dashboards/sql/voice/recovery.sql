SELECT
    sum(left_band) / nullIf(sum(rerated), 0) AS recovered,
    sum(rerated) AS n,
    sum(stuck) / nullIf(sum(heard), 0) AS "stuck halfway",
    sum(heard) AS cases
FROM v_loop
WHERE $__dateFilter(day) AND {only:channel,touchpoint}
