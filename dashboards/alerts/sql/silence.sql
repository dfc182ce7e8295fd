-- Journeys of the last hour, of every channel that had at least 12 in the same hour of each of the four weeks before. Journeys, because
-- events come in clusters: a chat is ten of them. When journeys come independently, an hour that usually has n is empty by chance with
-- e^-n: 5 do it every week, 12 once in 160,000 hours. The least of the weeks, so that one quiet week says that this hour may be quiet.
WITH hours AS
(
    SELECT
        channel,
        intDiv(toUnixTimestamp64Milli({until}) - toUnixTimestamp64Milli(occurred_at), 7 * 86400000) AS weeks_ago,
        uniqExact(journey_id) AS journeys
    FROM v_interactions
    WHERE NOT automated AND occurred_at > {since} - INTERVAL 28 DAY AND occurred_at <= {until}
        AND (toUnixTimestamp64Milli({until}) - toUnixTimestamp64Milli(occurred_at)) % (7 * 86400000)
            < toUnixTimestamp64Milli({until}) - toUnixTimestamp64Milli({since})
    GROUP BY channel, weeks_ago
)
SELECT
    channel,
    sumIf(journeys, weeks_ago = 0) AS value,
    if(countIf(weeks_ago > 0) = 4, minIf(journeys, weeks_ago > 0), 0) AS least
FROM hours
GROUP BY channel
HAVING least >= 12
