-- Events of the last hour, of every channel that spoke in the same hour of at least three of the four weeks before.
WITH hours AS
(
    SELECT
        channel,
        intDiv(toUnixTimestamp64Milli($__toTime_ms) - toUnixTimestamp64Milli(occurred_at), 7 * 86400000) AS weeks_ago,
        count() AS events
    FROM v_interactions
    WHERE NOT automated AND occurred_at > $__fromTime_ms - INTERVAL 28 DAY AND occurred_at <= $__toTime_ms
        AND (toUnixTimestamp64Milli($__toTime_ms) - toUnixTimestamp64Milli(occurred_at)) % (7 * 86400000)
            < toUnixTimestamp64Milli($__toTime_ms) - toUnixTimestamp64Milli($__fromTime_ms)
    GROUP BY channel, weeks_ago
)
SELECT
    channel,
    sumIf(events, weeks_ago = 0) AS value,
    quantileExactIf(0.5)(events, weeks_ago > 0) AS usual
FROM hours
GROUP BY channel
HAVING countIf(weeks_ago > 0) >= 3 AND usual >= 5
