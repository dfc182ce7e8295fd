-- When a team is there and when it is not: stretches without a gap over all days that the calendar knows. Whether a moment lies
-- in open hours is decided here for all views that ask it: ASOF JOIN on begins_at, then ends_at must be later than the moment.
CREATE OR REPLACE VIEW v_open_hours {on_cluster}
(
    calendar  LowCardinality(String) COMMENT 'Calendar id',
    begins_at DateTime64(3, 'UTC')   COMMENT 'Beginning of the stretch',
    ends_at   DateTime64(3, 'UTC')   COMMENT 'Its end, which belongs to the next one; a local midnight ends every stretch',
    open      Bool                   COMMENT 'Whether the team is there'
)
AS SELECT
    calendar,
    stretch.1 AS begins_at,
    stretch.2 AS ends_at,
    stretch.3 AS open
FROM
(
    SELECT
        calendar,
        arrayJoin(arrayConcat(
            arrayMap((opens, closes) -> (opens, closes, true), opens_at, closes_at),
            arrayMap((closed, opens) -> (closed, opens, false), arrayPushFront(closes_at, starts_at), arrayPushBack(opens_at, ends_at)))) AS stretch
    FROM v_calendar_days
)
WHERE begins_at < ends_at
COMMENT 'Open and closed hours of the calendars, one row per stretch'
