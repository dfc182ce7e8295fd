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
    gap_low      Nullable(Float64) COMMENT 'Lower end of the 95 % confidence interval of the gap; NULL when one side has fewer than two scores',
    gap_high     Nullable(Float64) COMMENT 'Upper end of it'
)
AS WITH
    kinds AS
    (
        SELECT
            category,
            sum(scored) AS n,
            sum(score_sum) / n AS mean,
            if(n > 1, abs(sum(score_squares) - n * mean * mean) / (n - 1) / n, NULL) AS error
        FROM v_satisfaction_by(dimensions = 'category', since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        WHERE category != ''
        GROUP BY category
        HAVING n > 0
    ),
    -- Put side by side from one array: a second reference would ask for all answers again.
    pairs AS
    (
        SELECT arrayJoin(kinds) AS a, arrayJoin(arrayFilter(each -> each.1 > a.1, kinds)) AS b
        FROM (SELECT groupArray((category, n, mean, error)) AS kinds FROM kinds)
    )
SELECT
    a.1 AS category,
    b.1 AS other,
    a.2 AS scored,
    b.2 AS other_scored,
    a.3 AS score_mean,
    b.3 AS other_mean,
    score_mean - other_mean AS gap,
    gap - 1.96 * sqrt(a.4 + b.4) AS gap_low,
    gap + 1.96 * sqrt(a.4 + b.4) AS gap_high
FROM pairs
COMMENT 'Difference of the mean scores of digital, human and physical touchpoints, pair by pair: v_perception_gap(since = ''2026-03-01'', until = ''2026-04-01'')'
