-- Which answers count: an edit replaces its first answer, on whatever day; of repeats by one customer to one survey on one
-- touchpoint, occasion and day the latest counts. An edit carries the submission of the first answer or its event id, as in
-- streams/logic/answers.py. Equal moments are ordered as the streams order them. Answers of machines are left out.
-- Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_counted_answers {on_cluster}
(
    day                Date                   COMMENT 'Day of the answer, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at          DateTime('UTC')        COMMENT 'Beginning of the hour of the answer when cut by hour, else of day',
    channel            String                 COMMENT 'Channel; * when not cut by it',
    touchpoint         String                 COMMENT 'Touchpoint; * when not cut by it',
    stage              String                 COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category           String                 COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner              String                 COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment            String                 COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant            String                 COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source             String                 COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    occasion           LowCardinality(String) COMMENT 'transactional: about a contact; relational: about the company as a whole',
    skipped            Bool                   COMMENT 'The survey was shown and not answered',
    counts             Bool                   COMMENT 'An answer that no edit and no later repeat of the day replaces',
    metric             LowCardinality(String) COMMENT 'nps, csat, ces or rating; empty for a mention',
    nps_class          LowCardinality(String) COMMENT 'promoter, passive or detractor; empty for other metrics',
    satisfied          Nullable(Bool)         COMMENT 'CSAT: in the satisfied part of its scale; NULL for other metrics',
    easy               Nullable(Bool)         COMMENT 'CES: said it was easy; NULL for other metrics',
    score10            Nullable(Float64)      COMMENT 'From 0 (worst) to 10 (best)',
    verdict            LowCardinality(String) COMMENT 'bad: NPS 0 to 6, CSAT and ratings in the lower two of five, CES 1 to 3 of 7, a negative mention; good: promoter, satisfied, easy, a rating in the upper two of five, a positive mention; else empty',
    emotion            LowCardinality(String) COMMENT 'happy, neutral, frustrated or angry; empty when nobody knows',
    emotion_source     LowCardinality(String) COMMENT 'explicit: the event said so; otherwise the rule that found it',
    emotion_confidence Nullable(Float64)      COMMENT 'From 0 to 1; 1 when the event said so and named none',
    event_id           String                 COMMENT 'Id given by the producer',
    journey_id         String                 COMMENT 'The journey it belongs to',
    conversation_id    Nullable(String)       COMMENT 'Call, ticket, thread or proposal it is about',
    answered_at        DateTime64(3, 'UTC')   COMMENT 'When it was said',
    about              LowCardinality(String) COMMENT 'Touchpoint it is about, whatever the cut'
)
AS WITH
    (SELECT (cut, kept) FROM v_cut(dimensions = {dimensions:String})) AS wanted, -- a subquery is worked out once and for all
    wanted.1 AS cut,
    wanted.2 AS kept,
    -- Few are edited or repeated: only those are put in order. A hash of 128 bits is a far shorter key than the texts.
    edited AS
    (
        SELECT arrayJoin(arrayPopBack(arraySort(groupArray((occurred_at, xxh3(event_id), source_partition, source_offset))))) AS older
        FROM answers FINAL
        WHERE NOT automated AND kind != 'survey_skipped' AND occurred_at >= {since:DateTime64(3, 'UTC')}
        GROUP BY sipHash128(journey_id, metric, touchpoint, coalesce(submission_id, event_id))
        HAVING count() > 1
    ),
    repeated AS
    (
        SELECT arrayJoin(arrayPopBack(arraySort(groupArray((occurred_at, xxh3(event_id), source_partition, source_offset))))) AS older
        FROM answers FINAL
        LEFT ANY JOIN v_recognised(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')}) AS known ON answers.journey_id = known.journey_id
        WHERE NOT automated AND kind != 'survey_skipped' AND metric != '' AND occurred_at >= {since:DateTime64(3, 'UTC')}
            AND occurred_at < toDate32({until:DateTime64(3, 'UTC')} - toIntervalMillisecond(1)) + INTERVAL 1 DAY -- a repeat after the period is one
            AND (source_partition, source_offset) NOT IN (SELECT older.3, older.4 FROM edited)
        GROUP BY sipHash128(toDate(occurred_at), touchpoint, metric, occasion, survey_id IS NULL, coalesce(survey_id, ''), coalesce(answers.customer_id, nullIf(known.customer_id, ''), answers.journey_id))
        HAVING count() > 1
    )
SELECT
    if(hasAny(cut, ['day', 'hour']), toDate(answer.occurred_at), if(has(cut, 'week'), toMonday(toDate(answer.occurred_at)), if(has(cut, 'month'), toStartOfMonth(toDate(answer.occurred_at)), toDate({since:DateTime64(3, 'UTC')})))) AS day,
    if(has(cut, 'hour'), toStartOfHour(answer.occurred_at), toDateTime(day, 'UTC')) AS begins_at,
    if(has(cut, 'channel'), answer.channel, '*') AS channel,
    if(has(cut, 'touchpoint'), answer.touchpoint, '*') AS touchpoint,
    if(has(cut, 'stage'), answer.stage, '*') AS stage,
    if(has(cut, 'category'), place.category, '*') AS category,
    if(has(cut, 'owner'), coalesce(place.owner, ''), '*') AS owner,
    if(has(cut, 'segment'), coalesce(answer.segment, ''), '*') AS segment,
    if(has(cut, 'variant'), coalesce(answer.variant, ''), '*') AS variant,
    if(has(cut, 'source'), coalesce(answer.source, ''), '*') AS source,
    answer.occasion AS occasion,
    answer.kind = 'survey_skipped' AS skipped,
    NOT skipped AND (answer.source_partition, answer.source_offset) NOT IN (SELECT older.3, older.4 FROM edited)
        AND (answer.source_partition, answer.source_offset) NOT IN (SELECT older.3, older.4 FROM repeated) AS counts,
    answer.metric AS metric,
    answer.nps_class AS nps_class,
    answer.satisfied AS satisfied,
    answer.easy AS easy,
    answer.score10 AS score10,
    multiIf(
        nps_class = 'detractor' OR metric IN ('csat', 'rating') AND score10 <= 2.5 OR metric = 'ces' AND score10 < 3.34 OR metric = '' AND score10 < 5, 'bad',
        nps_class = 'promoter' OR satisfied OR easy OR metric = 'rating' AND score10 >= 7.5 OR metric = '' AND score10 > 5, 'good',
        '') AS verdict,
    answer.emotion AS emotion,
    answer.emotion_source AS emotion_source,
    answer.emotion_confidence AS emotion_confidence,
    answer.event_id AS event_id,
    answer.journey_id AS journey_id,
    answer.conversation_id AS conversation_id,
    answer.occurred_at AS answered_at,
    answer.touchpoint AS about
FROM answers AS answer FINAL
LEFT ANY JOIN touchpoints AS place FINAL ON answer.touchpoint = place.touchpoint
WHERE NOT answer.automated AND answer.occurred_at >= {since:DateTime64(3, 'UTC')} AND answer.occurred_at < {until:DateTime64(3, 'UTC')}
    AND (NOT mapContains(kept, 'channel') OR has(kept['channel'], answer.channel))
    AND (NOT mapContains(kept, 'touchpoint') OR has(kept['touchpoint'], answer.touchpoint))
    AND (NOT mapContains(kept, 'stage') OR has(kept['stage'], answer.stage))
    AND (NOT mapContains(kept, 'category') OR has(kept['category'], place.category))
    AND (NOT mapContains(kept, 'owner') OR has(kept['owner'], coalesce(place.owner, '')))
    AND (NOT mapContains(kept, 'segment') OR has(kept['segment'], coalesce(answer.segment, '')))
    AND (NOT mapContains(kept, 'variant') OR has(kept['variant'], coalesce(answer.variant, '')))
    AND (NOT mapContains(kept, 'source') OR has(kept['source'], coalesce(answer.source, '')))
COMMENT 'Answers with whether they count, one row per event, cut along any dimensions; v_satisfaction_by sums them up: v_counted_answers(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
