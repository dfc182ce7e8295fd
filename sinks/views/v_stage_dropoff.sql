-- At which stage journeys end. A journey counts at every stage up to the furthest it reached; one that is still going on
-- is pending there, one that bought or reached a goal dropped nowhere. The rate is of journeys that are over.
CREATE OR REPLACE VIEW v_stage_dropoff {on_cluster}
(
    day         Date                             COMMENT 'Day of the first step, UTC',
    stage_order UInt8                            COMMENT 'Place of the stage in the journey, from 1',
    stage       String                           COMMENT 'The stage',
    segment     LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant     LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source      LowCardinality(Nullable(String)) COMMENT 'Where the first visit came from',
    reached     UInt64                           COMMENT 'Journeys that reached this stage or a later one',
    furthest    UInt64                           COMMENT 'Of them, came no further',
    succeeded   UInt64                           COMMENT 'Of those, bought or reached a goal',
    pending     UInt64                           COMMENT 'Of those, without success but still going on',
    dropped     UInt64                           COMMENT 'Of those, over without success: furthest - succeeded - pending',
    settled     UInt64                           COMMENT 'Of those that reached this stage or a later one, over',
    drop_off    Nullable(Float64)                COMMENT 'dropped / settled'
)
AS WITH
    counted AS
    (
        SELECT
            toDate(began_at) AS day,
            arrayJoin(range(1, furthest_order + 1)) AS place,
            segment,
            variant,
            source,
            count() AS came,
            countIf(furthest_order = place) AS stayed,
            countIf(furthest_order = place AND succeeded_at IS NOT NULL) AS won,
            countIf(furthest_order = place AND pending) AS open,
            countIf(settled) AS ended
        FROM v_journeys
        WHERE NOT automated
        GROUP BY day, place, segment, variant, source
    )
SELECT
    day,
    stage_order,
    stage,
    segment,
    variant,
    source,
    came AS reached,
    stayed AS furthest,
    won AS succeeded,
    open AS pending,
    stayed - won - open AS dropped,
    ended AS settled,
    dropped / nullIf(ended, 0) AS drop_off
FROM counted
INNER JOIN v_stages ON stage_order = place
COMMENT 'Furthest stage of journeys per day of their first step, with pending ones'
