-- The calendars of the catalogue, day by day, so that SQL can tell open hours from closed ones. Copied by `touchstream migrate`.
CREATE TABLE IF NOT EXISTS calendar_days {on_cluster}
(
    calendar       LowCardinality(String)         COMMENT 'Calendar id',
    day            Date                           COMMENT 'Local day',
    starts_at      DateTime64(3, 'UTC')           COMMENT 'Local midnight',
    ends_at        DateTime64(3, 'UTC')           COMMENT 'The next local midnight: 23 or 25 hours later when the clock is set',
    opens_at       Array(DateTime64(3, 'UTC'))    COMMENT 'Beginning of each open interval within the day',
    closes_at      Array(DateTime64(3, 'UTC'))    COMMENT 'End of each open interval within the day',
    open_before_ms Int64                          COMMENT 'Open time of the calendar from its first day here to the beginning of this one',
    version        UInt64                         COMMENT 'The highest version of a day is the valid row',
    is_deleted     UInt8                          COMMENT '1: the calendar left the catalogue'
)
ENGINE = {engine}(version, is_deleted)
ORDER BY (calendar, day)
COMMENT 'Open hours of the calendars per local day; read v_calendar_days'
