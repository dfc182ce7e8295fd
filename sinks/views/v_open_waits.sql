-- Who waited at a moment, and how much of the promise was used up. Of business targets only open hours are used up.
-- Parameters: moment, such as now64(3).
CREATE OR REPLACE VIEW v_open_waits {on_cluster}
(
    wait_id           UInt64                         COMMENT 'Hash of journey_id, conversation_id and asked_at',
    conversation_id   String                         COMMENT 'Call, ticket, thread or proposal',
    conversation_kind LowCardinality(String)         COMMENT 'call, ticket, message or proposal',
    journey_id        String                         COMMENT 'The journey it belongs to',
    touchpoint        LowCardinality(String)         COMMENT 'Where the customer asked',
    channel           LowCardinality(String)         COMMENT 'Channel of the question',
    stage             LowCardinality(String)         COMMENT 'Stage of the touchpoint; empty when it is not registered',
    asked_at          DateTime64(3, 'UTC')           COMMENT 'First unanswered message of the customer',
    age_ms            Int64                          COMMENT 'How long ago that was',
    business_age_ms   Nullable(Int64)                COMMENT 'Open hours since; NULL without a calendar and beyond the days it knows',
    target_ms         Nullable(Int64)                COMMENT 'Longest good wait',
    due_at            Nullable(DateTime64(3, 'UTC')) COMMENT 'When the target is missed',
    target_used       Nullable(Float64)              COMMENT 'Share of the target used up, above 1 when missed; NULL without a target'
)
AS SELECT
    waits.wait_id AS wait_id,
    waits.conversation_id AS conversation_id,
    waits.conversation_kind AS conversation_kind,
    waits.journey_id AS journey_id,
    waits.touchpoint AS touchpoint,
    waits.channel AS channel,
    waits.stage AS stage,
    waits.asked_at AS asked_at,
    toUnixTimestamp64Milli({moment:DateTime64(3, 'UTC')}) - toUnixTimestamp64Milli(waits.asked_at) AS age_ms,
    if(clocks.wait_id = waits.wait_id, clocks.business_ms, NULL) AS business_age_ms,
    waits.target_ms AS target_ms,
    waits.due_at AS due_at,
    if(waits.target_clock = 'calendar', age_ms, business_age_ms) / nullIf(target_ms, 0) AS target_used
FROM v_waits AS waits
LEFT ANY JOIN v_business_time(since = '1970-01-01', until = '2149-06-06', moment = {moment:DateTime64(3, 'UTC')}) AS clocks ON waits.wait_id = clocks.wait_id
WHERE NOT waits.automated AND waits.asked_at <= {moment:DateTime64(3, 'UTC')} AND (waits.outcome = 'open' OR waits.ended_at > {moment:DateTime64(3, 'UTC')})
COMMENT 'Waits that were open at a moment, with age and share of the target used: v_open_waits(moment = now64(3))'
