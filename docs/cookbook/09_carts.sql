-- How many carts are abandoned, per segment?
-- A cart is judged once it was left alone for thresholds.cart_abandoned_after; until then it is pending.
SELECT segment, sum(carts) AS opened, sum(bought) AS bought, sum(abandoned) AS abandoned, sum(pending) AS pending,
    round(100 * abandoned / sum(settled), 1) AS abandoned_percent
FROM v_cart_abandonment
WHERE day >= '2025-10-13' AND day < '2025-10-27'
GROUP BY segment
ORDER BY segment
