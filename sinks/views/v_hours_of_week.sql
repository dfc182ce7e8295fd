-- When customers come: sessions by weekday and hour of their start, week by week, for rosters and opening hours.
CREATE OR REPLACE VIEW v_hours_of_week {on_cluster}
(
    week      Date                   COMMENT 'Monday of the week, UTC',
    weekday   UInt8                  COMMENT '1 Monday to 7 Sunday, UTC',
    hour      UInt8                  COMMENT 'Hour of the day, 0 to 23, UTC',
    channel   LowCardinality(String) COMMENT 'Channel of the first step',
    sessions  UInt64                 COMMENT 'Closed sessions that began in this hour',
    bounces   UInt64                 COMMENT 'Of them, one page view and nothing else',
    succeeded UInt64                 COMMENT 'Of them, with a purchase or a goal'
)
AS SELECT
    toMonday(started_at) AS week,
    toDayOfWeek(started_at) AS weekday,
    toHour(started_at) AS hour,
    channels[1] AS channel,
    count() AS sessions,
    countIf(bounced) AS bounces,
    countIf(session.succeeded) AS succeeded
FROM sessions AS session FINAL
WHERE NOT automated
GROUP BY week, weekday, hour, channel
COMMENT 'Sessions by weekday and hour of their start'
