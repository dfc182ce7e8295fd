SELECT
    countIf(replayed_at IS NULL) AS "dead letters",
    countIf(replayed_at IS NOT NULL) AS "sent again"
FROM v_dead_letters
WHERE $__timeFilter_ms(received_at)
