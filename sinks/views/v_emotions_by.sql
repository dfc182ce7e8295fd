-- How customers felt. Answers of which nobody knows the emotion are in no row. Parameters as those of v_satisfaction_by.
CREATE OR REPLACE VIEW v_emotions_by {on_cluster}
(
    day             Date                   COMMENT 'Day of the answer, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at       DateTime('UTC')        COMMENT 'Beginning of the hour of the answer when cut by hour, else of day',
    channel         String                 COMMENT 'Channel; * when not cut by it',
    touchpoint      String                 COMMENT 'Touchpoint; * when not cut by it',
    stage           String                 COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category        String                 COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner           String                 COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment         String                 COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant         String                 COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source          String                 COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    emotion         LowCardinality(String) COMMENT 'happy, neutral, frustrated or angry',
    emotion_source  LowCardinality(String) COMMENT 'explicit: the event said so; otherwise the rule that found it',
    answers         UInt64                 COMMENT 'Answers with this emotion from this source',
    of_answers      UInt64                 COMMENT 'Answers with an emotion, whichever and whoever says so, along the same dimensions',
    share           Float64                COMMENT 'answers / of_answers, from 0 to 1',
    confidence_mean Float64                COMMENT 'Mean confidence of the source, from 0 to 1'
)
AS SELECT
    day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
    emotion,
    emotion_source,
    count() AS answers,
    sum(count()) OVER (PARTITION BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source) AS of_answers,
    answers / of_answers AS share,
    avg(emotion_confidence) AS confidence_mean
FROM v_counted_answers(dimensions = {dimensions:String}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
WHERE counts AND emotion != ''
GROUP BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source, emotion, emotion_source
COMMENT 'Emotions along any dimensions, with their source and confidence: v_emotions_by(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
