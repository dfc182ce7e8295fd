-- What became of calls, and service level X/Y in the four formulas in use; the first passage of a call through the queue.
-- Parameters: dimensions, since, until as everywhere, seconds (Y, such as 20).
CREATE OR REPLACE VIEW v_calls_by {on_cluster}
(
    day                          Date              COMMENT 'Day the call was queued, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at                    DateTime('UTC')   COMMENT 'Beginning of the hour the call was queued when cut by hour, else of day',
    channel                      String            COMMENT 'Channel; * when not cut by it',
    touchpoint                   String            COMMENT 'Touchpoint; * when not cut by it',
    stage                        String            COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category                     String            COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner                        String            COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment                      String            COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant                      String            COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source                       String            COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    queued                       UInt64            COMMENT 'Calls queued',
    answered                     UInt64            COMMENT 'Of them, answered by a human',
    abandoned                    UInt64            COMMENT 'Of them, hung up before an answer',
    short_abandoned              UInt64            COMMENT 'Of the abandoned, in less than 5 s',
    ended                        UInt64            COMMENT 'Of the queued, ended by the company without an answer',
    open                         UInt64            COMMENT 'Of the queued, still in the queue',
    abandonment_rate             Nullable(Float64) COMMENT 'abandoned / queued, from 0 to 1',
    patient_abandonment_rate     Nullable(Float64) COMMENT 'The same without short ones: (abandoned - short_abandoned) / (queued - short_abandoned)',
    answered_within              UInt64            COMMENT 'Answered within the seconds',
    abandoned_within             UInt64            COMMENT 'Abandoned within the seconds',
    service_level                Nullable(Float64) COMMENT 'The default: answered_within / (answered + abandoned - abandoned_within), from 0 to 1',
    service_level_of_answered    Nullable(Float64) COMMENT 'answered_within / answered',
    service_level_of_offered     Nullable(Float64) COMMENT 'answered_within / (answered + abandoned)',
    service_level_with_abandoned Nullable(Float64) COMMENT '(answered_within + abandoned_within) / (answered + abandoned)',
    answer_ms_sum                Int64             COMMENT 'Time in the queue of answered calls',
    average_speed_of_answer_ms   Nullable(Float64) COMMENT 'answer_ms_sum / answered'
)
AS WITH
    calls AS
    (
        SELECT
            day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
            outcome,
            toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(asked_at) AS queue_ms,
            queue_ms <= 1000 * {seconds:Float64} AS soon
        FROM v_human_waits(dimensions = {dimensions:String}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        WHERE conversation_kind = 'call' AND position = 1
    )
SELECT
    day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
    count() AS queued,
    countIf(outcome = 'answered') AS answered,
    countIf(outcome = 'abandoned') AS abandoned,
    countIf(outcome = 'abandoned' AND queue_ms < 5000) AS short_abandoned,
    countIf(outcome = 'closed') AS ended,
    countIf(outcome = 'open') AS open,
    abandoned / nullIf(queued, 0) AS abandonment_rate,
    (abandoned - short_abandoned) / nullIf(queued - short_abandoned, 0) AS patient_abandonment_rate,
    countIf(outcome = 'answered' AND soon) AS answered_within,
    countIf(outcome = 'abandoned' AND soon) AS abandoned_within,
    answered_within / nullIf(answered + abandoned - abandoned_within, 0) AS service_level,
    answered_within / nullIf(answered, 0) AS service_level_of_answered,
    answered_within / nullIf(answered + abandoned, 0) AS service_level_of_offered,
    (answered_within + abandoned_within) / nullIf(answered + abandoned, 0) AS service_level_with_abandoned,
    sumIf(coalesce(queue_ms, 0), outcome = 'answered') AS answer_ms_sum,
    answer_ms_sum / nullIf(answered, 0) AS average_speed_of_answer_ms
FROM calls
GROUP BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source
COMMENT 'Call outcomes, abandonment, service level and average speed of answer along any dimensions: v_calls_by(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'', seconds = 20)'
