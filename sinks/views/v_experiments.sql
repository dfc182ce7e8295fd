-- Variants compared in pairs: conversion by a two-proportion z-test (pooled for p, unpooled for the interval), dwell and
-- satisfaction by Welch's t-test. Below thresholds.experiment_minimum of either variant there is no verdict.
-- SELECT * FROM v_experiments(since = '2026-03-01 00:00:00', until = '2026-04-01 00:00:00')
CREATE OR REPLACE VIEW v_experiments {on_cluster}
(
    measure       LowCardinality(String) COMMENT 'conversion, dwell or satisfaction',
    variant       LowCardinality(String) COMMENT 'The variant that is judged',
    against       LowCardinality(String) COMMENT 'The variant it is compared with, the first by name',
    n             UInt64                 COMMENT 'Journeys of the variant, begun in the period',
    n_against     UInt64                 COMMENT 'Journeys of the other',
    value         Nullable(Float64)      COMMENT 'Share converted, or mean, of the variant',
    value_against Nullable(Float64)      COMMENT 'The same of the other',
    difference    Nullable(Float64)      COMMENT 'value - value_against',
    low           Nullable(Float64)      COMMENT 'Lower end of the 95 % confidence interval of the difference; NULL when it cannot be told',
    high          Nullable(Float64)      COMMENT 'Upper end of it',
    statistic     Nullable(Float64)      COMMENT 'z of a conversion, t of a mean; NULL when nothing varies',
    p             Nullable(Float64)      COMMENT 'Chance of a difference at least this large when there is none, two-sided',
    minimum       Nullable(UInt64)       COMMENT 'Journeys of each variant below which there is no verdict',
    verdict       Nullable(String)       COMMENT 'higher or lower at p < 0.05, no difference shown, or NULL: too few journeys, or nothing varies'
)
AS WITH
    (SELECT value FROM v_settings WHERE setting = 'thresholds.experiment_minimum') AS minimum_n,
    -- Each outcome is read once: values are gathered per variant, then variants are put side by side.
    variants AS
    (
        SELECT measure, variant, groupArray(value) AS values, varSamp(value) AS variance
        FROM v_variant_outcomes
        WHERE began_at >= {since:DateTime64(3, 'UTC')} AND began_at < {until:DateTime64(3, 'UTC')}
        GROUP BY measure, variant
    ),
    pairs AS
    (
        SELECT measure, all[pair.1] AS one, all[pair.2] AS other
        FROM (SELECT measure, arraySort(groupArray((variant, values, variance))) AS all FROM variants GROUP BY measure)
        ARRAY JOIN arrayFlatten(arrayMap(j -> arrayMap(i -> (j, i), range(1, j)), range(2, length(all) + 1))) AS pair
    ),
    compared AS
    (
        SELECT
            measure,
            one.1 AS variant,
            other.1 AS against,
            length(one.2) AS journeys,
            length(other.2) AS journeys_against,
            arrayAvg(one.2) AS mean,
            arrayAvg(other.2) AS mean_against,
            (mean * journeys + mean_against * journeys_against) / (journeys + journeys_against) AS pooled,
            -- Welch's test has no answer, and throws, where nothing varies or a variant has one value.
            measure != 'conversion' AND one.3 + other.3 > 0 AS testable,
            arrayReduce(
                'welchTTest(0.95)',
                if(testable, arrayConcat(one.2, other.2), [0., 1., 0., 1.]),
                if(testable, arrayConcat(arrayResize([0], journeys, 0), arrayResize([1], journeys_against, 1)), [0, 0, 1, 1])
            ) AS welch,
            -- NULL where both would be 0: then nothing varies.
            nullIf(sqrt(pooled * (1 - pooled) * (1 / journeys + 1 / journeys_against)), 0) AS spread,
            nullIf(sqrt(mean * (1 - mean) / journeys + mean_against * (1 - mean_against) / journeys_against), 0) AS margin,
            if(
                measure = 'conversion',
                (
                    (mean - mean_against) / spread,
                    erfc(abs(mean - mean_against) / spread / sqrt(2)),
                    mean - mean_against - 1.959964 * margin,
                    mean - mean_against + 1.959964 * margin
                ),
                if(
                    testable,
                    (toNullable(welch.1), toNullable(welch.2), toNullable(welch.3), toNullable(welch.4)),
                    (NULL, NULL, NULL, NULL)
                )
            ) AS test
        FROM pairs
    )
SELECT
    measure,
    variant,
    against,
    journeys AS n,
    journeys_against AS n_against,
    mean AS value,
    mean_against AS value_against,
    mean - mean_against AS difference,
    test.3 AS low,
    test.4 AS high,
    test.1 AS statistic,
    test.2 AS p,
    toUInt64(minimum_n) AS minimum,
    multiIf(
        p IS NULL OR minimum_n IS NULL OR least(journeys, journeys_against) < minimum_n, NULL,
        p >= 0.05, 'no difference shown',
        difference > 0, 'higher',
        'lower'
    ) AS verdict
FROM compared
COMMENT 'Variants of experiments compared'
