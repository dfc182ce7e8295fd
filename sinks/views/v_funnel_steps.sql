-- Funnels step by step, by day of entry. A journey whose window is still open is pending at its next step, not dropped;
-- rates are of the journeys that are decided, so those of the newest days move until nobody is pending.
CREATE OR REPLACE VIEW v_funnel_steps {on_cluster}
(
    funnel      LowCardinality(String)           COMMENT 'Catalogue id of the funnel',
    position    UInt8                            COMMENT 'Step number, from 1',
    step        String                           COMMENT 'Touchpoint id or stage',
    day         Date                             COMMENT 'Day of entry, UTC',
    segment     LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant     LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source      LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    entered     UInt64                           COMMENT 'Journeys that took the first step',
    came        UInt64                           COMMENT 'Of them, reached the step before; at step 1 all',
    reached     UInt64                           COMMENT 'Of them, reached this step',
    pending     UInt64                           COMMENT 'Came, have not reached it, and may still do so within their window',
    dropped     UInt64                           COMMENT 'Came and did not reach it in time: came - reached - pending',
    conversion  Nullable(Float64)                COMMENT 'reached / (came - pending)',
    drop_off    Nullable(Float64)                COMMENT 'dropped / (came - pending), that is 1 - conversion',
    reach       Nullable(Float64)                COMMENT 'reached / entered, pending ones counted as not there yet'
)
AS WITH
    counted AS
    (
        SELECT
            funnel,
            step.position AS position,
            step.step AS step,
            toDate(entered_at) AS day,
            segment,
            variant,
            source,
            count() AS all_journeys,
            countIf(journey.reached + 1 >= position) AS came_here,
            countIf(journey.reached >= position) AS reached_it,
            countIf(journey.reached + 1 = position AND journey.pending) AS may_come
        FROM v_funnel_journeys AS journey
        INNER JOIN v_funnels AS step USING (funnel)
        GROUP BY funnel, position, step, day, segment, variant, source
    )
SELECT
    funnel,
    position,
    step,
    day,
    segment,
    variant,
    source,
    all_journeys AS entered,
    came_here AS came,
    reached_it AS reached,
    may_come AS pending,
    came_here - reached_it - may_come AS dropped,
    reached_it / nullIf(came_here - may_come, 0) AS conversion,
    dropped / nullIf(came_here - may_come, 0) AS drop_off,
    reached_it / nullIf(all_journeys, 0) AS reach
FROM counted
COMMENT 'Funnels step by step per day of entry, segment, variant and source, with pending journeys'
