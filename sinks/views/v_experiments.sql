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
    outcomes AS
    (
        SELECT measure, variant, value
        FROM v_variant_outcomes
        WHERE began_at >= {since:DateTime64(3, 'UTC')} AND began_at < {until:DateTime64(3, 'UTC')}
    ),
    variants AS
    (
        SELECT measure, variant, varSamp(value) AS variance
        FROM outcomes
        GROUP BY measure, variant
    ),
    -- Welch's test has no answer, and throws, where nothing varies or a variant has one value.
    pairs AS
    (
        SELECT measure, pair.1.1 AS variant, pair.2.1 AS against, pair.1.2 + pair.2.2 > 0 AS varies
        FROM (SELECT measure, groupArray((variant, variance)) AS all FROM variants GROUP BY measure)
        ARRAY JOIN arrayFlatten(arrayMap(one -> arrayMap(other -> (one, other), all), all)) AS pair
        WHERE pair.1.1 > pair.2.1
    ),
    samples AS
    (
        SELECT measure, pair.variant AS variant, against, varies, value, outcome.variant = against AS other
        FROM pairs AS pair
        INNER JOIN outcomes AS outcome USING (measure)
        WHERE outcome.variant = pair.variant OR outcome.variant = against
    ),
    compared AS
    (
        SELECT
            measure,
            variant,
            against,
            countIf(NOT other) AS journeys,
            countIf(other) AS journeys_against,
            avgIf(value, NOT other) AS mean,
            avgIf(value, other) AS mean_against,
            avg(value) AS pooled,
            welchTTestIf(0.95)(value, other, varies AND measure != 'conversion') AS welch,
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
                (
                    if(isFinite(welch.1), welch.1, NULL),
                    if(isFinite(welch.2), welch.2, NULL),
                    if(isFinite(welch.3), welch.3, NULL),
                    if(isFinite(welch.4), welch.4, NULL)
                )
            ) AS test
        FROM samples
        GROUP BY measure, variant, against
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
