-- Journeys with three or more bad experiences within 90 days and no recovery since. A rating above 6 of 10 is a recovery
-- of what was before it, at the time at which it was first given, unless an edit took it back. `of_three` is when three within
-- 90 days began, each time.
CREATE OR REPLACE VIEW v_at_risk {on_cluster}
(
    journey_id     String                         COMMENT 'Who is at risk',
    strikes        UInt64                         COMMENT 'Bad experiences since the last recovery',
    first_at       DateTime64(3, 'UTC')           COMMENT 'The first of them',
    last_at        DateTime64(3, 'UTC')           COMMENT 'The last of them',
    last_touchpoint LowCardinality(String)        COMMENT 'Where that was',
    recovered_at   Nullable(DateTime64(3, 'UTC')) COMMENT 'The last recovery before them; NULL without one',
    lapses_at      DateTime64(3, 'UTC')           COMMENT 'When fewer than three are left within 90 days',
    at_risk        Bool                           COMMENT 'That moment has not come yet, by the clock of now'
)
AS WITH
    good AS
    (
        SELECT journey_id, max(said_at) AS at
        FROM v_answers_as_edited(known_at = '2299-12-31 00:00:00')
        WHERE metric != '' AND score10 > 6
        GROUP BY journey_id
    ),
    since AS
    (
        SELECT
            b.journey_id AS journey_id,
            arraySort(groupArray((b.occurred_at, b.touchpoint))) AS bad,
            arrayMap(each -> each.1, bad) AS times,
            arrayFilter((first, third) -> third < first + toIntervalDay(90), arraySlice(times, 1, length(times) - 2), arraySlice(times, 3)) AS of_three,
            any(g.at) AS recovered
        FROM v_bad_experiences AS b
        LEFT JOIN (SELECT journey_id, toNullable(at) AS at FROM good) AS g ON g.journey_id = b.journey_id
        WHERE g.at IS NULL OR b.occurred_at >= g.at
        GROUP BY b.journey_id
        HAVING count() >= 3
    )
SELECT
    journey_id,
    length(times) AS strikes,
    times[1] AS first_at,
    times[-1] AS last_at,
    bad[-1].2 AS last_touchpoint,
    recovered AS recovered_at,
    of_three[-1] + toIntervalDay(90) AS lapses_at,
    lapses_at > now64(3) AS at_risk
FROM since
WHERE notEmpty(of_three)
COMMENT 'Journeys with three bad experiences within 90 days and no recovery since'
