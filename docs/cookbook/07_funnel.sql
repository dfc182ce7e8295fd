-- Where do customers drop out on their way to an order?
-- Counts can be added over days and segments, shares cannot: divide after adding. Rates are of journeys whose window is over.
SELECT position, step, sum(came) AS came, sum(reached) AS reached, sum(pending) AS pending, round(100 * sum(dropped) / sum(settled_came), 1) AS drop_off_percent
FROM v_funnel_steps(since = '2025-10-13', until = '2025-10-27')
WHERE funnel = 'online_purchase'
GROUP BY position, step
ORDER BY position
