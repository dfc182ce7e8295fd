-- The wells: what makes customers unhappy, what it costs, and whether its lid holds. A recurrence is what occurred after the cover,
-- not what was merely reported after it. Exposure is counted in answers, edits in none, so that
-- silence of everybody verifies nothing.
CREATE OR REPLACE VIEW v_causes {on_cluster}
(
    cause           LowCardinality(String)         COMMENT 'Id of the cause',
    mentions        UInt64                         COMMENT 'Answers that point to it',
    affected        UInt64                         COMMENT 'Customers among them',
    handling        Int64                          COMMENT 'Sum of handling_cost, in minor units',
    compensation    Int64                          COMMENT 'Sum of compensation, in minor units',
    cost            Int64                          COMMENT 'handling + compensation',
    first_at        DateTime64(3, 'UTC')           COMMENT 'First mention, by when it occurred',
    last_at         DateTime64(3, 'UTC')           COMMENT 'Last mention',
    covered_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when it is covered; NULL: it is not',
    recurrences     Nullable(UInt64)               COMMENT 'Mentions that occurred after it was covered; NULL while it is not',
    recurred_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'The last of them, by when it occurred; NULL without one',
    exposure_before Nullable(UInt64)               COMMENT 'Answers from its first mention to the cover',
    exposure_after  Nullable(UInt64)               COMMENT 'Answers after the cover',
    verified        Nullable(Bool)                 COMMENT 'No recurrence over at least the same exposure; NULL while it is not covered'
)
AS WITH
    known AS
    (
        SELECT
            m.cause AS cause,
            count() AS mentions,
            uniqExact(m.customer) AS affected,
            sum(m.handling) AS handling,
            sum(m.compensation) AS compensation,
            min(m.occurred_at) AS first_at,
            max(m.occurred_at) AS last_at,
            any(c.covered_at) AS covered,
            countIf(m.occurred_at > c.covered_at) AS again,
            maxOrNullIf(m.occurred_at, m.occurred_at > c.covered_at) AS last_again
        FROM v_cause_mentions AS m
        LEFT JOIN (SELECT cause, toNullable(covered_at) AS covered_at FROM causes_covered FINAL) AS c ON c.cause = m.cause
        GROUP BY m.cause
    ),
    said AS
    (
        SELECT arraySort(groupArray(said_at)) AS times
        FROM
        (
            SELECT min(occurred_at) AS said_at
            FROM answers FINAL
            WHERE NOT automated AND kind != 'survey_skipped'
            GROUP BY journey_id, if(metric = '', kind, metric), touchpoint, coalesce(submission_id, event_id)
        )
    )
SELECT
    cause,
    mentions,
    affected,
    handling,
    compensation,
    handling + compensation AS cost,
    first_at,
    last_at,
    covered AS covered_at,
    if(covered IS NULL, NULL, again) AS recurrences,
    last_again AS recurred_at,
    if(covered IS NULL, NULL, arrayCount(t -> t >= first_at AND t <= assumeNotNull(covered), times)) AS exposure_before,
    if(covered IS NULL, NULL, arrayCount(t -> t > assumeNotNull(covered), times)) AS exposure_after,
    if(covered IS NULL, NULL, again = 0 AND exposure_after >= exposure_before) AS verified
FROM known
CROSS JOIN said
COMMENT 'Causes with affected customers, cost, cover and recurrences'
