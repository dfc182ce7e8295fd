-- Where one experience goes with the opinion of the whole journey: associated, not causal. The journey's last score stands for
-- its opinion; at its own touchpoint it would explain itself, so there it is left out. Parameters: since, until (not included).
CREATE OR REPLACE VIEW v_moments_of_truth {on_cluster}
(
    touchpoint      LowCardinality(String) COMMENT 'Touchpoint of the experience',
    moment_of_truth Bool                   COMMENT 'The catalogue calls it a moment of truth',
    controllable    Bool                   COMMENT 'The company can change it',
    bad_journeys    UInt64                 COMMENT 'Journeys with a bad verdict there',
    good_journeys   UInt64                 COMMENT 'Journeys with a good verdict there',
    bad_mean        Nullable(Float64)      COMMENT 'Mean last score of the journeys with a bad one, 0 to 10',
    good_mean       Nullable(Float64)      COMMENT 'Mean last score of the journeys with a good one',
    difference      Nullable(Float64)      COMMENT 'good_mean - bad_mean',
    difference_low  Nullable(Float64)      COMMENT 'Lower end of its 95 % confidence interval (Welch''s t); NULL when one side has fewer than two journeys',
    difference_high Nullable(Float64)      COMMENT 'Upper end of it'
)
AS WITH
    told AS
    (
        SELECT journey_id, about, (answered_at, xxh3(event_id)) AS place, score10, verdict -- questions of one sheet have one moment
        FROM v_counted_answers(dimensions = '', since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        WHERE counts AND score10 IS NOT NULL
    ),
    latest AS
    (
        SELECT about, journey_id, max(place) AS last_place, argMax((verdict, score10), place) AS said
        FROM told
        GROUP BY about, journey_id
    ),
    experiences AS
    (
        SELECT about, said.1 AS verdict, argMax((about, said.2), last_place) OVER (PARTITION BY journey_id) AS last
        FROM latest
    ),
    compared AS
    (
        SELECT
            experiences.about AS touchpoint,
            countIf(verdict = 'bad') AS bad_journeys,
            countIf(verdict = 'good') AS good_journeys,
            avgOrNullIf(last.2, verdict = 'bad') AS bad_mean,
            avgOrNullIf(last.2, verdict = 'good') AS good_mean,
            welchTTest(0.95)(assumeNotNull(last.2), verdict = 'bad') AS welch -- no interval where all scores of each side are alike
        FROM experiences
        WHERE experiences.about != last.1 AND verdict != ''
        GROUP BY touchpoint
    )
SELECT
    compared.touchpoint AS touchpoint,
    place.moment_of_truth AS moment_of_truth,
    place.controllable AS controllable,
    bad_journeys,
    good_journeys,
    bad_mean,
    good_mean,
    good_mean - bad_mean AS difference,
    if(least(bad_journeys, good_journeys) > 1, if(isFinite(welch.3), greatest(-10, welch.3), difference), NULL) AS difference_low,
    if(least(bad_journeys, good_journeys) > 1, if(isFinite(welch.4), least(10, welch.4), difference), NULL) AS difference_high
FROM compared
LEFT ANY JOIN touchpoints AS place FINAL ON compared.touchpoint = place.touchpoint
COMMENT 'How much better journeys end that went well at a touchpoint, with n and 95 % confidence interval: v_moments_of_truth(since = ''2026-03-01'', until = ''2026-04-01'')'
