-- Conversations of people, cut along any dimensions; what v_resolutions_by and v_first_contact_resolution_by add up. Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_human_conversations {on_cluster}
(
    day                 Date                           COMMENT 'Day of the opening, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at           DateTime('UTC')                COMMENT 'Beginning of the hour of the opening when cut by hour, else of day',
    channel             String                         COMMENT 'Channel; * when not cut by it',
    touchpoint          String                         COMMENT 'Touchpoint; * when not cut by it',
    stage               String                         COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category            String                         COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner               String                         COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment             String                         COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant             String                         COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source              String                         COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    conversation_id     String                         COMMENT 'Call, ticket, thread or proposal',
    journey_id          String                         COMMENT 'The journey it belongs to',
    person              String                         COMMENT 'The customer, or the journey when the customer is unknown',
    kind                LowCardinality(String)         COMMENT 'call, ticket, message or proposal',
    about               String                         COMMENT 'Its topic, or its touchpoint when nobody named one',
    first_solved_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'First resolution',
    reopened            UInt32                         COMMENT 'How often it was reopened',
    first_resolution_ms Nullable(Int64)                COMMENT 'Opening to first resolution',
    resolution_ms       Nullable(Int64)                COMMENT 'Opening to last resolution; NULL while open or reopened'
)
AS WITH
    (SELECT (cut, kept) FROM v_cut(dimensions = {dimensions:String})) AS wanted, -- a subquery is worked out once and for all
    wanted.1 AS cut,
    wanted.2 AS kept
SELECT
    if(hasAny(cut, ['day', 'hour']), toDate(talk.opened_at), if(has(cut, 'week'), toMonday(toDate(talk.opened_at)), if(has(cut, 'month'), toStartOfMonth(toDate(talk.opened_at)), toDate({since:DateTime64(3, 'UTC')})))) AS day,
    if(has(cut, 'hour'), toStartOfHour(talk.opened_at), toDateTime(day, 'UTC')) AS begins_at,
    if(has(cut, 'channel'), talk.channel, '*') AS channel,
    if(has(cut, 'touchpoint'), talk.touchpoint, '*') AS touchpoint,
    if(has(cut, 'stage'), talk.stage, '*') AS stage,
    if(has(cut, 'category'), place.category, '*') AS category,
    if(has(cut, 'owner'), coalesce(place.owner, ''), '*') AS owner,
    if(has(cut, 'segment'), coalesce(talk.segment, ''), '*') AS segment,
    if(has(cut, 'variant'), coalesce(talk.variant, ''), '*') AS variant,
    if(has(cut, 'source'), coalesce(talk.source, ''), '*') AS source,
    talk.conversation_id AS conversation_id,
    talk.journey_id AS journey_id,
    coalesce(talk.customer_id, nullIf(known.customer_id, ''), talk.journey_id) AS person,
    talk.kind AS kind,
    coalesce(talk.topic, talk.touchpoint) AS about,
    talk.first_solved_at AS first_solved_at,
    talk.reopened AS reopened,
    talk.first_resolution_ms AS first_resolution_ms,
    talk.resolution_ms AS resolution_ms
FROM v_conversations AS talk
LEFT ANY JOIN touchpoints AS place FINAL ON talk.touchpoint = place.touchpoint
LEFT ANY JOIN v_recognised(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')}) AS known ON talk.journey_id = known.journey_id
WHERE NOT talk.automated AND talk.opened_at >= {since:DateTime64(3, 'UTC')} AND talk.opened_at < {until:DateTime64(3, 'UTC')}
    AND (NOT mapContains(kept, 'channel') OR has(kept['channel'], talk.channel))
    AND (NOT mapContains(kept, 'touchpoint') OR has(kept['touchpoint'], talk.touchpoint))
    AND (NOT mapContains(kept, 'stage') OR has(kept['stage'], talk.stage))
    AND (NOT mapContains(kept, 'category') OR has(kept['category'], place.category))
    AND (NOT mapContains(kept, 'owner') OR has(kept['owner'], coalesce(place.owner, '')))
    AND (NOT mapContains(kept, 'segment') OR has(kept['segment'], coalesce(talk.segment, '')))
    AND (NOT mapContains(kept, 'variant') OR has(kept['variant'], coalesce(talk.variant, '')))
    AND (NOT mapContains(kept, 'source') OR has(kept['source'], coalesce(talk.source, '')))
COMMENT 'Conversations of people, cut along any dimensions: v_human_conversations(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
