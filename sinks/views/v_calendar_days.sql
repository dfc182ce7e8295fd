-- When each team is open, per local day: 23 or 25 hours long when the clock is set.
CREATE OR REPLACE VIEW v_calendar_days {on_cluster}
(
    calendar       LowCardinality(String)      COMMENT 'Calendar id',
    day            Date                        COMMENT 'Local day',
    starts_at      DateTime64(3, 'UTC')        COMMENT 'Local midnight',
    ends_at        DateTime64(3, 'UTC')        COMMENT 'The next local midnight',
    length_ms      Int64                       COMMENT 'From one to the other',
    opens_at       Array(DateTime64(3, 'UTC')) COMMENT 'Beginning of each open interval within the day',
    closes_at      Array(DateTime64(3, 'UTC')) COMMENT 'End of each open interval within the day',
    open_ms        Int64                       COMMENT 'Open time of the day',
    open_before_ms Int64                       COMMENT 'Open time from the first day here to the beginning of this one'
)
AS SELECT
    calendar,
    day,
    starts_at,
    ends_at,
    toUnixTimestamp64Milli(ends_at) - toUnixTimestamp64Milli(starts_at) AS length_ms,
    opens_at,
    closes_at,
    arraySum(arrayMap((opens, closes) -> toUnixTimestamp64Milli(closes) - toUnixTimestamp64Milli(opens), opens_at, closes_at)) AS open_ms,
    open_before_ms
FROM calendar_days FINAL
COMMENT 'Open hours of the calendars of the catalogue, one row per local day'
