-- NPS, CSAT, CES and scores per day and touchpoint. Parts stand beside every share, so days can be merged:
-- add the parts and divide; the mean of daily NPS is not the NPS. An edit replaces its first answer, on whatever
-- day; of repeats by one customer to one survey on one touchpoint and day the latest counts. Machines do not count.
CREATE OR REPLACE VIEW v_satisfaction {on_cluster}
(
    day          Date                   COMMENT 'Day of the answer, UTC',
    channel      LowCardinality(String) COMMENT 'Channel of the touchpoint',
    touchpoint   LowCardinality(String) COMMENT 'Touchpoint the answers are about',
    answers      UInt64                 COMMENT 'Answers that count',
    raw_answers  UInt64                 COMMENT 'Answers as they came, repeats included',
    skipped      UInt64                 COMMENT 'Surveys shown and not answered',
    nps_answers  UInt64                 COMMENT 'NPS answers',
    promoters    UInt64                 COMMENT 'Of them, 9 and 10',
    passives     UInt64                 COMMENT 'Of them, 7 and 8',
    detractors   UInt64                 COMMENT 'Of them, 0 to 6',
    nps          Nullable(Float64)      COMMENT '100 * (promoters - detractors) / nps_answers',
    nps_low      Nullable(Float64)      COMMENT 'Lower end of the 95 % confidence interval',
    nps_high     Nullable(Float64)      COMMENT 'Upper end of the 95 % confidence interval',
    csat_answers UInt64                 COMMENT 'CSAT answers',
    satisfied    UInt64                 COMMENT 'Of them, satisfied',
    csat         Nullable(Float64)      COMMENT '100 * satisfied / csat_answers',
    ces_answers  UInt64                 COMMENT 'CES answers',
    easy         UInt64                 COMMENT 'Of them, easy',
    ces          Nullable(Float64)      COMMENT '100 * easy / ces_answers',
    scored       UInt64                 COMMENT 'Answers and mentions with a score from 0 to 10',
    score_sum    Float64                COMMENT 'Sum of those scores',
    score_mean   Nullable(Float64)      COMMENT 'score_sum / scored'
)
AS WITH
    said AS
    (
        SELECT toDate(occurred_at) AS day, *
        FROM answers FINAL
        WHERE NOT automated
    ),
    -- Equal moments are ordered as the streams order them: by the hash of the event id.
    edited AS
    (
        SELECT *
        FROM said
        WHERE kind != 'survey_skipped'
        ORDER BY occurred_at DESC, xxh3(event_id) DESC
        LIMIT 1 BY journey_id, metric, coalesce(submission_id, event_id), submission_id IS NULL
    ),
    latest AS
    (
        SELECT *
        FROM edited
        ORDER BY occurred_at DESC, xxh3(event_id) DESC
        LIMIT 1 BY day, touchpoint, metric, survey_id, coalesce(customer_id, journey_id), if(metric = '', event_id, '')
    ),
    marked AS
    (
        SELECT day, channel, touchpoint, metric, nps_class, satisfied, easy, score10, 1 AS counts, 0 AS came, 0 AS skips
        FROM latest
        UNION ALL
        SELECT day, channel, touchpoint, '', '', NULL, NULL, NULL, 0, kind != 'survey_skipped', kind = 'survey_skipped'
        FROM said
    ),
    counted AS
    (
        SELECT
            day,
            channel,
            touchpoint,
            sum(counts) AS answers,
            sum(came) AS raw_answers,
            sum(skips) AS skipped,
            countIf(metric = 'nps') AS nps_answers,
            countIf(nps_class = 'promoter') AS promoters,
            countIf(nps_class = 'passive') AS passives,
            countIf(nps_class = 'detractor') AS detractors,
            countIf(satisfied IS NOT NULL) AS csat_answers,
            countIf(satisfied) AS csat_satisfied,
            countIf(easy IS NOT NULL) AS ces_answers,
            countIf(easy) AS ces_easy,
            count(score10) AS scored,
            sum(coalesce(score10, 0)) AS score_sum,
            promoters / nullIf(nps_answers, 0) AS p,
            detractors / nullIf(nps_answers, 0) AS d
        FROM marked
        GROUP BY day, channel, touchpoint
    )
SELECT
    day, channel, touchpoint,
    answers, raw_answers, skipped,
    nps_answers, promoters, passives, detractors,
    100 * (p - d) AS nps,
    nps - 196 * sqrt((p + d - pow(p - d, 2)) / nps_answers) AS nps_low,
    nps + 196 * sqrt((p + d - pow(p - d, 2)) / nps_answers) AS nps_high,
    csat_answers,
    csat_satisfied AS satisfied,
    100 * csat_satisfied / nullIf(csat_answers, 0) AS csat,
    ces_answers,
    ces_easy AS easy,
    100 * ces_easy / nullIf(ces_answers, 0) AS ces,
    scored,
    score_sum,
    score_sum / nullIf(scored, 0) AS score_mean
FROM counted
COMMENT 'NPS, CSAT, CES and scores per day, channel and touchpoint, with their parts'
