-- How long the way to a purchase is, in steps and in time. Journeys without success have no such length: see their share.
CREATE OR REPLACE VIEW v_steps_to_complete {on_cluster}
(
    day               Date                             COMMENT 'Day of the first step, UTC',
    segment           LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant           LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source            LowCardinality(Nullable(String)) COMMENT 'Where the first visit came from',
    journeys          UInt64                           COMMENT 'Journeys that began',
    completed         UInt64                           COMMENT 'Of them, bought or reached a goal',
    pending           UInt64                           COMMENT 'Of them, without success but still going on',
    settled           UInt64                           COMMENT 'Of them, over',
    settled_completed UInt64                           COMMENT 'Of those that are over, bought or reached a goal',
    completion        Nullable(Float64)                COMMENT 'settled_completed / settled',
    steps_sum         UInt64                           COMMENT 'Steps of the completed ones up to their success',
    steps_mean        Nullable(Float64)                COMMENT 'steps_sum / completed',
    steps_p50         Nullable(Float64)                COMMENT 'Half of the completed ones needed no more steps',
    steps_p90         Nullable(Float64)                COMMENT '90 % needed no more steps',
    steps_p95         Nullable(Float64)                COMMENT '95 % needed no more steps',
    steps_p99         Nullable(Float64)                COMMENT '99 % needed no more steps',
    time_p50_ms       Nullable(Float64)                COMMENT 'Half of the completed ones needed no longer',
    time_p90_ms       Nullable(Float64)                COMMENT '90 % needed no longer',
    time_p95_ms       Nullable(Float64)                COMMENT '95 % needed no longer',
    time_p99_ms       Nullable(Float64)                COMMENT '99 % needed no longer',
    back_steps        UInt64                           COMMENT 'Returns to an earlier stage, of all journeys that began'
)
AS WITH
    counted AS
    (
        SELECT
            toDate(began_at) AS day,
            segment,
            variant,
            source,
            count() AS began,
            countIf(succeeded_at IS NOT NULL) AS won,
            countIf(pending) AS open,
            countIf(settled) AS ended,
            countIf(settled AND succeeded_at IS NOT NULL) AS ended_won,
            sum(coalesce(steps_to_complete, 0)) AS steps_taken,
            quantilesExactInclusive(0.5, 0.9, 0.95, 0.99)(steps_to_complete) AS steps_q,
            quantilesExactInclusive(0.5, 0.9, 0.95, 0.99)(time_to_complete_ms) AS time_q,
            sum(back_steps) AS turned_back
        FROM v_journeys
        WHERE NOT automated
        GROUP BY day, segment, variant, source
    )
SELECT
    day,
    segment,
    variant,
    source,
    began AS journeys,
    won AS completed,
    open AS pending,
    ended AS settled,
    ended_won AS settled_completed,
    ended_won / nullIf(ended, 0) AS completion,
    steps_taken AS steps_sum,
    steps_taken / nullIf(won, 0) AS steps_mean,
    if(won = 0, NULL, steps_q[1]) AS steps_p50,
    if(won = 0, NULL, steps_q[2]) AS steps_p90,
    if(won = 0, NULL, steps_q[3]) AS steps_p95,
    if(won = 0, NULL, steps_q[4]) AS steps_p99,
    if(won = 0, NULL, time_q[1]) AS time_p50_ms,
    if(won = 0, NULL, time_q[2]) AS time_p90_ms,
    if(won = 0, NULL, time_q[3]) AS time_p95_ms,
    if(won = 0, NULL, time_q[4]) AS time_p99_ms,
    turned_back AS back_steps
FROM counted
COMMENT 'Steps and time from the first step of a journey to its first purchase or goal'
