-- What makes customers unhappy, how many does it touch, and what does it cost?
-- Costs are in minor units (cents): what the events said of handling and compensation.
SELECT cause, mentions, affected, round(handling / 100, 2) AS handling, round(compensation / 100, 2) AS compensation, round(cost / 100, 2) AS cost
FROM v_causes
ORDER BY v_causes.cost DESC
