-- How far journeys came in each funnel: one row per journey that took a first step in a period. Only the period and the
-- longest window after it are read: SELECT ... FROM v_funnel_journeys(since = '2026-03-01 00:00:00', until = '2026-04-01 00:00:00')
-- A fold keeps, for every step, the latest first step from which it was reached in time; the last step that has one is
-- how far the journey came, and that first step is its entry. Of one event, later steps are tried first: a repeated
-- step needs two events. windowFunnel cannot do this: its window is a constant and equal times have no order there.
CREATE OR REPLACE VIEW v_funnel_journeys {on_cluster}
(
    funnel     LowCardinality(String)           COMMENT 'Catalogue id of the funnel',
    journey_id String                           COMMENT 'The journey',
    entered_at DateTime64(3, 'UTC')             COMMENT 'First step of the attempt of the period that came furthest, the latest of several',
    reached    UInt8                            COMMENT 'Steps taken in order within the window',
    steps      UInt8                            COMMENT 'Steps of the funnel',
    completed  Bool                             COMMENT 'All of them',
    settled    Bool                             COMMENT 'The window of the latest first step is over: nothing changes any more',
    pending    Bool                             COMMENT 'Neither completed nor settled',
    segment    LowCardinality(Nullable(String)) COMMENT 'Customer segment, as first said at a step',
    variant    LowCardinality(Nullable(String)) COMMENT 'Experiment variant, as first said at a step',
    source     LowCardinality(Nullable(String)) COMMENT 'Where the visit came from, as first said at a step'
)
AS WITH
    toUnixTimestamp64Milli({until:DateTime64(3, 'UTC')}) AS until_ms,
    numbered AS
    (
        SELECT funnel, step, position, window_ms, max(position) OVER (PARTITION BY funnel) AS steps
        FROM v_funnels
    ),
    events AS
    (
        SELECT
            journey_id,
            bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(occurred_at)), 64), xxh3(event_id)) AS moment,
            arrayJoin([touchpoint, stage]) AS step,
            segment,
            variant,
            source
        FROM interactions FINAL
        WHERE NOT automated
          AND NOT (type IN ('call', 'ticket', 'message', 'proposal') AND actor IN ('bot', 'system')) -- no step of the customer, as in sessions
          AND occurred_at >= {since:DateTime64(3, 'UTC')}
          AND occurred_at < {until:DateTime64(3, 'UTC')} + toIntervalMillisecond((SELECT max(window_ms) FROM v_funnels))
          AND (touchpoint IN (SELECT step FROM v_funnels) OR stage IN (SELECT step FROM v_funnels))
    ),
    taken AS
    (
        SELECT
            funnel,
            journey_id,
            any(steps) AS steps,
            any(window_ms) AS window_ms,
            arraySort(groupArray((moment, -toInt16(position)))) AS sorted,
            arrayMap(event -> (toInt64(bitShiftRight(event.1, 64)), -event.2), sorted) AS walked,
            argMin(segment, moment) AS segment,
            argMin(variant, moment) AS variant,
            argMin(source, moment) AS source
        FROM events
        INNER JOIN numbered USING (step)
        GROUP BY funnel, journey_id
    ),
    folded AS
    (
        SELECT
            *,
            arrayFold(
                (entries, event) -> arrayMap(
                    (entry, position) -> multiIf(
                        position != event.2, entry,
                        position = 1, if(event.1 < until_ms, event.1, entry),
                        entries[position - 1] > 0 AND event.1 - entries[position - 1] <= window_ms, entries[position - 1],
                        entry
                    ),
                    entries,
                    arrayEnumerate(entries)
                ),
                walked,
                arrayResize(emptyArrayInt64(), steps)
            ) AS entries
        FROM taken
    )
SELECT
    funnel,
    journey_id,
    fromUnixTimestamp64Milli(entries[reached], 'UTC') AS entered_at,
    arrayLastIndex(entry -> entry > 0, entries) AS reached,
    steps,
    reached = steps AS completed,
    toUnixTimestamp64Milli(now64(3)) - entries[1] > window_ms AS settled,
    NOT completed AND NOT settled AS pending,
    segment,
    variant,
    source
FROM folded
WHERE reached > 0
COMMENT 'How far each journey came in each funnel: v_funnel_journeys(since = ''...'', until = ''...'')'
