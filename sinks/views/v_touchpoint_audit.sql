-- Does the catalogue say what is? Every touchpoint that is registered or was seen, with what is wrong with it.
CREATE OR REPLACE VIEW v_touchpoint_audit {on_cluster}
(
    touchpoint     String                         COMMENT 'Catalogue id, or what events called it',
    owner          Nullable(String)               COMMENT 'Who answers for it',
    events         UInt64                         COMMENT 'Interactions and answers there, machines included',
    first_seen_at  Nullable(DateTime64(3, 'UTC')) COMMENT 'First of them; NULL without any',
    last_seen_at   Nullable(DateTime64(3, 'UTC')) COMMENT 'Last of them: since then it is silent; NULL without any',
    surveys        UInt64                         COMMENT 'Surveys answered or skipped there',
    unregistered   Bool                           COMMENT 'Seen, but not in the catalogue',
    silent         Bool                           COMMENT 'In the catalogue, and nobody was there for thresholds.silent_after_ms up to now',
    never_surveyed Bool                           COMMENT 'In the catalogue, and nobody was ever asked about it',
    without_owner  Bool                           COMMENT 'In the catalogue, and nobody answers for it'
)
AS WITH
    (SELECT any(value) FROM v_settings WHERE setting = 'thresholds.silent_after_ms') AS silent_after_ms,
    mentions AS
    (
        SELECT toString(touchpoint) AS place, 1 AS happened, occurred_at AS seen_at, 0 AS asked, 0 AS known, NULL AS keeper
        FROM interactions FINAL
        UNION ALL
        SELECT toString(touchpoint), 1, occurred_at, kind IN ('survey_answer', 'survey_skipped'), 0, NULL
        FROM answers FINAL
        UNION ALL
        SELECT touchpoint, 0, toDateTime64(0, 3, 'UTC'), 0, 1, owner
        FROM v_touchpoints
    ),
    counted AS
    (
        SELECT
            place,
            any(keeper) AS owner,
            sum(happened) AS events,
            minIf(seen_at, happened) AS first_at,
            maxIf(seen_at, happened) AS last_at,
            sum(asked) AS surveys,
            max(known) AS registered
        FROM mentions
        GROUP BY place
    )
SELECT
    place AS touchpoint,
    owner,
    events,
    if(events > 0, first_at, NULL) AS first_seen_at,
    if(events > 0, last_at, NULL) AS last_seen_at,
    surveys,
    NOT registered AS unregistered,
    registered AND (events = 0 OR toUnixTimestamp64Milli(now64(3)) - toUnixTimestamp64Milli(last_at) > silent_after_ms) AS silent,
    registered AND surveys = 0 AS never_surveyed,
    registered AND owner IS NULL AS without_owner
FROM counted
COMMENT 'Touchpoints unregistered, silent, never surveyed or without owner'
