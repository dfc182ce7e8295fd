-- Funnels step by step, by day of entry, for journeys that entered in a period:
-- SELECT ... FROM v_funnel_steps(since = '2026-03-01 00:00:00', until = '2026-04-01 00:00:00').
-- A journey whose window is still open is pending at its next step, not dropped.
-- Rates are of the settled journeys only: who comes through is known at once, who drops when the window is over, so that among
-- younger ones nearly everybody would seem to come through.
CREATE OR REPLACE VIEW v_funnel_steps {on_cluster}
(
    funnel          LowCardinality(String)           COMMENT 'Catalogue id of the funnel',
    position        UInt8                            COMMENT 'Step number, from 1',
    step            String                           COMMENT 'Touchpoint id or stage',
    day             Date                             COMMENT 'Day of entry, UTC',
    segment         LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant         LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source          LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    entered         UInt64                           COMMENT 'Journeys that took the first step',
    came            UInt64                           COMMENT 'Of them, reached the step before; at step 1 all',
    reached         UInt64                           COMMENT 'Of them, reached this step',
    pending         UInt64                           COMMENT 'Came, have not reached it, and may still do so within their window',
    dropped         UInt64                           COMMENT 'Came and did not reach it in time: came - reached - pending',
    settled_came    UInt64                           COMMENT 'Of those that came, the window is over',
    settled_reached UInt64                           COMMENT 'Of them, reached this step',
    conversion      Nullable(Float64)                COMMENT 'settled_reached / settled_came',
    drop_off        Nullable(Float64)                COMMENT 'dropped / settled_came, that is 1 - conversion',
    reach           Nullable(Float64)                COMMENT 'reached / entered, pending ones counted as not there yet'
)
AS WITH
    -- Counted before it is joined: many journeys came equally far.
    journeys AS
    (
        SELECT funnel, toDate(entered_at) AS day, segment, variant, source, reached AS furthest, pending AS open, settled, count() AS n
        FROM v_funnel_journeys(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        GROUP BY funnel, day, segment, variant, source, furthest, open, settled
    ),
    counted AS
    (
        SELECT
            funnel,
            position,
            step,
            day,
            segment,
            variant,
            source,
            sum(n) AS all_journeys,
            sumIf(n, furthest + 1 >= position) AS came_here,
            sumIf(n, furthest >= position) AS reached_it,
            sumIf(n, furthest + 1 = position AND open) AS may_come,
            sumIf(n, furthest + 1 >= position AND settled) AS settled_came,
            sumIf(n, furthest >= position AND settled) AS settled_reached
        FROM journeys
        INNER JOIN v_funnels USING (funnel)
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
    settled_came,
    settled_reached,
    settled_reached / nullIf(settled_came, 0) AS conversion,
    dropped / nullIf(settled_came, 0) AS drop_off,
    reached_it / nullIf(all_journeys, 0) AS reach
FROM counted
COMMENT 'Funnels step by step per day of entry, with pending journeys: v_funnel_steps(since = ''...'', until = ''...'')'
