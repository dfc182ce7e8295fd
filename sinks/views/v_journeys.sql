-- Journeys as they stand now: how far they came, in how many steps, how often they turned back. Steps are what they are in
-- sessions, whether or not the session has closed: interactive events, but for what a bot or a system says in a
-- conversation. What was told first of a customer holds.
CREATE OR REPLACE VIEW v_journeys {on_cluster}
(
    journey_id          String                           COMMENT 'The journey',
    customer_id         Nullable(String)                 COMMENT 'The customer, when known',
    began_at            DateTime64(3, 'UTC')             COMMENT 'First step',
    last_at             DateTime64(3, 'UTC')             COMMENT 'Last step',
    steps               UInt64                           COMMENT 'Interactive events',
    page_views          UInt64                           COMMENT 'Of them, page views',
    entry_touchpoint    LowCardinality(String)           COMMENT 'First touchpoint',
    last_touchpoint     LowCardinality(String)           COMMENT 'Last touchpoint so far',
    furthest_stage      String                           COMMENT 'Furthest stage reached; empty when no touchpoint is registered',
    furthest_order      UInt8                            COMMENT 'Place of that stage, from 1; 0 when there is none',
    back_steps          UInt64                           COMMENT 'Returns to an earlier stage, steps without a stage passed over',
    succeeded_at        Nullable(DateTime64(3, 'UTC'))   COMMENT 'First purchase or goal; NULL without one',
    steps_to_complete   Nullable(UInt64)                 COMMENT 'Steps up to and with that; NULL without one',
    time_to_complete_ms Nullable(Int64)                  COMMENT 'From the first step to it; NULL without one',
    settled             Bool                             COMMENT 'Over: its last step is older than thresholds.journey_over_after_ms',
    pending             Bool                             COMMENT 'Neither over nor successful',
    automated           Bool                             COMMENT 'A machine took one of the steps: not in human metrics',
    segment             LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant             LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source              LowCardinality(Nullable(String)) COMMENT 'Where the first visit came from'
)
AS WITH
    (SELECT (groupArray(stage), groupArray(stage_order)) FROM v_stages) AS order_of,
    (SELECT any(value) FROM v_settings WHERE setting = 'thresholds.journey_over_after_ms') AS over_after_ms,
    -- A moment is time and place in the order of the streams as one number: five times as fast as a tuple.
    (moment -> toInt64(bitShiftRight(moment, 64))) AS ms_of,
    steps AS
    (
        SELECT
            journey_id,
            customer_id,
            bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(occurred_at)), 64), xxh3(event_id)) AS moment,
            touchpoint,
            type = 'page_view' AS page,
            transform(stage, order_of.1, order_of.2, 0) AS rank,
            type = 'purchase' OR touchpoint IN (SELECT touchpoint FROM touchpoints FINAL WHERE goal) AS success,
            automated,
            segment,
            variant,
            source
        FROM interactions FINAL
        WHERE type NOT IN ('delivery', 'survey_invitation')
            AND NOT (type IN ('call', 'ticket', 'message', 'proposal') AND actor IN ('bot', 'system'))
    ),
    gathered AS
    (
        SELECT
            journey_id,
            argMin(customer_id, moment) AS customer,
            min(moment) AS first_moment,
            max(moment) AS last_moment,
            minIf(moment, success) AS success_moment,
            count() AS all_steps,
            countIf(page) AS pages,
            argMin(touchpoint, moment) AS entry,
            argMax(touchpoint, moment) AS latest,
            max(rank) AS furthest,
            groupArray(moment) AS moments,
            groupArray((moment, rank)) AS visits,
            max(automated) AS any_machine,
            max(success) AS succeeded,
            argMin(segment, moment) AS first_segment,
            argMin(variant, moment) AS first_variant,
            argMin(source, moment) AS first_source
        FROM steps
        GROUP BY journey_id
    )
SELECT
    journey_id,
    customer AS customer_id,
    fromUnixTimestamp64Milli(ms_of(first_moment), 'UTC') AS began_at,
    fromUnixTimestamp64Milli(ms_of(last_moment), 'UTC') AS last_at,
    all_steps AS steps,
    pages AS page_views,
    entry AS entry_touchpoint,
    latest AS last_touchpoint,
    if(furthest = 0, '', order_of.1[furthest]) AS furthest_stage,
    furthest AS furthest_order,
    arrayCount(change -> change < 0, arrayDifference(arrayFilter(rank -> rank > 0, arraySort(visits).2))) AS back_steps,
    if(succeeded, fromUnixTimestamp64Milli(ms_of(success_moment), 'UTC'), NULL) AS succeeded_at,
    if(succeeded, arrayCount(moment -> moment <= success_moment, moments), NULL) AS steps_to_complete,
    if(succeeded, ms_of(success_moment) - ms_of(first_moment), NULL) AS time_to_complete_ms,
    toUnixTimestamp64Milli(now64(3)) - ms_of(last_moment) > over_after_ms AS settled,
    NOT succeeded AND NOT settled AS pending,
    any_machine AS automated,
    first_segment AS segment,
    first_variant AS variant,
    first_source AS source
FROM gathered
COMMENT 'Journeys as they stand now, with furthest stage, success and back-steps'
