-- Whether customers like one kind of touchpoint better than another. Parameters: since, until (not included).
CREATE OR REPLACE VIEW v_perception_gap {on_cluster}
(
    category     String            COMMENT 'digital, human or physical',
    other        String            COMMENT 'The category it is compared with',
    scored       UInt64            COMMENT 'Scores of touchpoints of the category',
    other_scored UInt64            COMMENT 'Scores of touchpoints of the other one',
    score_mean   Float64           COMMENT 'Mean score of the category, 0 to 10',
    other_mean   Float64           COMMENT 'Mean score of the other one',
    gap          Float64           COMMENT 'score_mean - other_mean: above 0 the category is liked better',
    gap_low      Nullable(Float64) COMMENT 'Lower end of the 95 % confidence interval of the gap (Welch''s t); NULL when one side has fewer than two scores',
    gap_high     Nullable(Float64) COMMENT 'Upper end of it'
)
AS WITH
    kinds AS
    (
        SELECT category, groupArray(assumeNotNull(score10)) AS scores
        FROM v_counted_answers(dimensions = 'category', since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        WHERE counts AND score10 IS NOT NULL AND category != ''
        GROUP BY category
    ),
    -- Put side by side from one array: a second reference would ask for all answers again.
    pairs AS
    (
        SELECT arrayJoin(kinds) AS a, arrayJoin(arrayFilter(each -> each.1 > a.1, kinds)) AS b
        FROM (SELECT groupArray((category, scores)) AS kinds FROM kinds)
    ),
    compared AS
    (
        SELECT
            a.1 AS category,
            b.1 AS other,
            length(a.2) AS scored,
            length(b.2) AS other_scored,
            arrayAvg(a.2) AS score_mean,
            arrayAvg(b.2) AS other_mean,
            score_mean - other_mean AS gap,
            arrayReduce('welchTTest(0.95)', arrayConcat(a.2, b.2), arrayConcat(arrayResize([0], scored, 0), arrayResize([1], other_scored, 1))) AS welch -- no interval where all scores of each side are alike
        FROM pairs
    )
SELECT
    category,
    other,
    scored,
    other_scored,
    score_mean,
    other_mean,
    gap,
    if(least(scored, other_scored) > 1, if(isFinite(welch.3), greatest(-10, welch.3), gap), NULL) AS gap_low,
    if(least(scored, other_scored) > 1, if(isFinite(welch.4), least(10, welch.4), gap), NULL) AS gap_high
FROM compared
COMMENT 'Difference of the mean scores of digital, human and physical touchpoints, pair by pair: v_perception_gap(since = ''2026-03-01'', until = ''2026-04-01'')'
