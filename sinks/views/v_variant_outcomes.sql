-- What came of each customer of an experiment: one row per journey and measure, because tests need values that do not
-- depend on each other, and page views of one customer do. A journey that saw two variants tells nothing of either, also when it saw both in one session.
-- Later sessions need not name the variant: who saw it and buys next week has bought. What was said before is not of it.
CREATE OR REPLACE VIEW v_variant_outcomes {on_cluster}
(
    journey_id String                 COMMENT 'The journey',
    began_at   DateTime64(3, 'UTC')   COMMENT 'Start of its first closed session with a variant',
    variant    LowCardinality(String) COMMENT 'The one variant it saw',
    measure    LowCardinality(String) COMMENT 'conversion, dwell or satisfaction',
    value      Float64                COMMENT 'conversion: 1 with a purchase or goal in that session or a later one, else 0; dwell: mean milliseconds a page of the sessions with a variant; satisfaction: mean score from 0 to 10 of what it said since'
)
AS WITH
    torn AS
    (
        SELECT journey_id
        FROM interactions -- every version of an event names the same variant: no FINAL
        WHERE NOT automated AND variant IS NOT NULL
        GROUP BY journey_id
        HAVING min(cityHash64(variant)) != max(cityHash64(variant)) -- numbers: two thirds of the time of texts
    ),
    journeys AS
    (
        SELECT
            journey_id,
            minIf(started_at, variant IS NOT NULL) AS began,
            assumeNotNull(any(variant)) AS seen,
            maxIf(started_at, succeeded) >= began AS converted,
            avgArrayIf(step_dwell_ms, variant IS NOT NULL) AS dwell_ms
        FROM sessions FINAL
        WHERE NOT automated
        GROUP BY journey_id
        HAVING min(variant) = max(variant) AND journey_id NOT IN (SELECT journey_id FROM torn)
    ),
    said AS
    (
        SELECT journey_id, groupArray((occurred_at, score10)) AS answers
        FROM v_answers_as_known(known_at = '2299-12-31 00:00:00')
        GROUP BY journey_id
    )
SELECT
    journeys.journey_id AS journey_id,
    began AS began_at,
    seen AS variant,
    outcome.1 AS measure,
    assumeNotNull(outcome.2) AS value
FROM journeys
LEFT JOIN said ON journeys.journey_id = said.journey_id
ARRAY JOIN [('conversion', toNullable(toFloat64(converted))), ('dwell', dwell_ms), ('satisfaction', arrayReduce('avg', arrayMap(answer -> answer.2, arrayFilter(answer -> answer.1 >= began, answers))))] AS outcome
WHERE isFinite(outcome.2)
COMMENT 'Outcome of every customer of an experiment, per measure'
