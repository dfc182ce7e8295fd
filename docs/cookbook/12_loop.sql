-- How far do we come with detractors, and where do we get stuck?
-- Each step counts the cases that took all steps before it. The recovery rate is of cases with a next rating.
SELECT sum(heard) AS heard, sum(acknowledged) AS acknowledged, sum(recovered) AS recovered, sum(root_caused) AS root_caused, sum(covered) AS covered,
    sum(verified) AS verified, round(100 * sum(stuck) / heard, 1) AS stuck_percent, round(100 * sum(left_band) / sum(rerated), 1) AS recovery_percent
FROM v_loop
WHERE day >= '2025-10-13' AND day < '2025-10-27'
