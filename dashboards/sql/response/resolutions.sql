SELECT
    kept.channel AS channel,
    kept.conversations AS conversations,
    kept.solved_once AS n,
    kept.first_resolution_p50_ms AS "first resolution p50",
    kept.first_resolution_p95_ms AS "first resolution p95",
    kept.resolution_p50_ms AS "full resolution p50",
    kept.reopened_share AS reopened,
    good.first_contact_resolution AS "solved for good, a week before",
    good.solves - good.pending AS "of solved"
FROM v_resolutions_by({cut:channel}, {period}) AS kept
-- Whether it was for good is known after 7 days.
LEFT JOIN v_first_contact_resolution_by({cut:channel}, since = {since} - INTERVAL 7 DAY, until = {until} - INTERVAL 7 DAY) AS good ON kept.channel = good.channel
WHERE kept.solved_once > 0
ORDER BY n DESC
