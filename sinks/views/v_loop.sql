-- How far detractors came round the loop. Each step counts those that took all the steps before it too.
CREATE OR REPLACE VIEW v_loop {on_cluster}
(
    day           Date                   COMMENT 'Day on which the detractor answered, UTC',
    channel       LowCardinality(String) COMMENT 'Channel of the answer',
    touchpoint    LowCardinality(String) COMMENT 'Touchpoint the answer is about',
    heard         UInt64                 COMMENT 'Cases',
    acknowledged  UInt64                 COMMENT 'Of them, contacted by a human',
    recovered     UInt64                 COMMENT 'Of those, whose next rating left the detractor band',
    root_caused   UInt64                 COMMENT 'Of those, with a known cause',
    covered       UInt64                 COMMENT 'Of those, whose causes are covered',
    verified      UInt64                 COMMENT 'Of those, whose causes have not come back',
    stuck         UInt64                 COMMENT 'Acknowledged and not verified: halfway',
    stuck_share   Nullable(Float64)      COMMENT 'stuck / heard',
    rerated       UInt64                 COMMENT 'Cases with a next rating, contacted or not',
    left_band     UInt64                 COMMENT 'Of them, those whose next rating left the detractor band',
    recovery_rate Nullable(Float64)      COMMENT 'left_band / rerated'
)
AS SELECT
    toDate(heard_at) AS day,
    channel,
    touchpoint,
    count() AS heard,
    countIf(steps >= 1) AS acknowledged,
    countIf(steps >= 2) AS recovered,
    countIf(steps >= 3) AS root_caused,
    countIf(steps >= 4) AS covered,
    countIf(steps >= 5) AS verified,
    acknowledged - verified AS stuck,
    stuck / heard AS stuck_share,
    countIf(next_one IS NOT NULL) AS rerated,
    countIf(next_one) AS left_band,
    left_band / nullIf(rerated, 0) AS recovery_rate
FROM
(
    SELECT
        c.heard_at AS heard_at,
        c.channel AS channel,
        c.touchpoint AS touchpoint,
        c.recovered AS next_one,
        [c.contacted_at IS NOT NULL, ifNull(c.recovered, false), c.root_caused, c.covered, c.verified] AS taken,
        indexOf(arrayPushBack(taken, false), false) - 1 AS steps
    FROM v_cases AS c
)
GROUP BY day, channel, touchpoint
COMMENT 'The loop from heard to verified, and how many are stuck halfway'
