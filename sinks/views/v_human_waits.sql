-- Waits of people, cut along any dimensions; what v_responses_by and its kin add up. Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_human_waits {on_cluster}
(
    day               Date                             COMMENT 'Day of the question, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at         DateTime('UTC')                  COMMENT 'Beginning of the hour of the question when cut by hour, else of day',
    channel           String                           COMMENT 'Channel; * when not cut by it',
    touchpoint        String                           COMMENT 'Touchpoint; * when not cut by it',
    stage             String                           COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category          String                           COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner             String                           COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment           String                           COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant           String                           COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source            String                           COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    wait_id           UInt64                           COMMENT 'Hash of journey_id, conversation_id and asked_at',
    conversation_id   String                           COMMENT 'Call, ticket, thread or proposal',
    conversation_kind LowCardinality(String)           COMMENT 'call, ticket, message or proposal',
    journey_id        String                           COMMENT 'The journey it belongs to',
    person            String                           COMMENT 'The customer, or the journey when the customer is unknown',
    position          UInt32                           COMMENT '1: first response; 2 and up: next responses',
    asked_at          DateTime64(3, 'UTC')             COMMENT 'First unanswered message of the customer',
    handoff_at        Nullable(DateTime64(3, 'UTC'))   COMMENT 'When a bot gave way to a human; the question itself when no bot spoke',
    ended_at          Nullable(DateTime64(3, 'UTC'))   COMMENT 'Answered, abandoned or closed; NULL while open',
    outcome           LowCardinality(String)           COMMENT 'open, answered, abandoned or closed',
    waited_ms         Nullable(Int64)                  COMMENT 'From contact to reply; NULL while unanswered',
    handoff_waited_ms Nullable(Int64)                  COMMENT 'From handoff to reply; NULL while unanswered',
    business_ms       Nullable(Int64)                  COMMENT 'Open hours of the calendar within the wait',
    calendar          LowCardinality(Nullable(String)) COMMENT 'The calendar of its target',
    due_at            Nullable(DateTime64(3, 'UTC'))   COMMENT 'When the target is missed',
    breached          Bool                             COMMENT 'Ended after due_at, or open when the clock passed it',
    skewed            Bool                             COMMENT 'The reply was stamped before its question: counted as 0',
    asked_on_channel  LowCardinality(String)           COMMENT 'Channel of the question, whatever the cut'
)
AS WITH
    (SELECT (cut, kept) FROM v_cut(dimensions = {dimensions:String})) AS wanted, -- a subquery is worked out once and for all
    wanted.1 AS cut,
    wanted.2 AS kept
SELECT
    if(hasAny(cut, ['day', 'hour']), toDate(wait.asked_at), if(has(cut, 'week'), toMonday(toDate(wait.asked_at)), if(has(cut, 'month'), toStartOfMonth(toDate(wait.asked_at)), toDate({since:DateTime64(3, 'UTC')})))) AS day,
    if(has(cut, 'hour'), toStartOfHour(wait.asked_at), toDateTime(day, 'UTC')) AS begins_at,
    if(has(cut, 'channel'), wait.channel, '*') AS channel,
    if(has(cut, 'touchpoint'), wait.touchpoint, '*') AS touchpoint,
    if(has(cut, 'stage'), wait.stage, '*') AS stage,
    if(has(cut, 'category'), place.category, '*') AS category,
    if(has(cut, 'owner'), coalesce(place.owner, ''), '*') AS owner,
    if(has(cut, 'segment'), coalesce(wait.segment, ''), '*') AS segment,
    if(has(cut, 'variant'), coalesce(wait.variant, ''), '*') AS variant,
    if(has(cut, 'source'), coalesce(wait.source, ''), '*') AS source,
    wait.wait_id AS wait_id,
    wait.conversation_id AS conversation_id,
    wait.conversation_kind AS conversation_kind,
    wait.journey_id AS journey_id,
    coalesce(wait.customer_id, nullIf(known.customer_id, ''), wait.journey_id) AS person,
    wait.position AS position,
    wait.asked_at AS asked_at,
    wait.handoff_at AS handoff_at,
    wait.ended_at AS ended_at,
    wait.outcome AS outcome,
    wait.waited_ms AS waited_ms,
    wait.handoff_waited_ms AS handoff_waited_ms,
    wait.business_ms AS business_ms,
    wait.calendar AS calendar,
    wait.due_at AS due_at,
    wait.breached AS breached,
    wait.skewed AS skewed,
    wait.channel AS asked_on_channel
FROM waits AS wait FINAL
LEFT ANY JOIN touchpoints AS place FINAL ON wait.touchpoint = place.touchpoint
LEFT ANY JOIN v_recognised(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')}) AS known ON wait.journey_id = known.journey_id
WHERE NOT wait.automated AND wait.asked_at >= {since:DateTime64(3, 'UTC')} AND wait.asked_at < {until:DateTime64(3, 'UTC')}
    AND (NOT mapContains(kept, 'channel') OR has(kept['channel'], wait.channel))
    AND (NOT mapContains(kept, 'touchpoint') OR has(kept['touchpoint'], wait.touchpoint))
    AND (NOT mapContains(kept, 'stage') OR has(kept['stage'], wait.stage))
    AND (NOT mapContains(kept, 'category') OR has(kept['category'], place.category))
    AND (NOT mapContains(kept, 'owner') OR has(kept['owner'], coalesce(place.owner, '')))
    AND (NOT mapContains(kept, 'segment') OR has(kept['segment'], coalesce(wait.segment, '')))
    AND (NOT mapContains(kept, 'variant') OR has(kept['variant'], coalesce(wait.variant, '')))
    AND (NOT mapContains(kept, 'source') OR has(kept['source'], coalesce(wait.source, '')))
COMMENT 'Waits of people for a human, cut along any dimensions: v_human_waits(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
