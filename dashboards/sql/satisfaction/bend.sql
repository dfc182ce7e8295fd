SELECT
    channel,
    bend_ms AS "falls beyond",
    loss_per_doubling AS "points lost with each doubling",
    loss_low AS "at least",
    loss_high AS "at most",
    answers AS n,
    answers_beyond AS "n beyond"
FROM v_latency_bend({period})
WHERE {only:channel}
ORDER BY channel
