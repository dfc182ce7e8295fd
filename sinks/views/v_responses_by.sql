-- How long people wait for a human, first and later. Only answered waits have a length, the others stand beside them. Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_responses_by {on_cluster}
(
    day        Date                   COMMENT 'Day of the question, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at  DateTime('UTC')        COMMENT 'Beginning of the hour of the question when cut by hour, else of day',
    channel    String                 COMMENT 'Channel; * when not cut by it',
    touchpoint String                 COMMENT 'Touchpoint; * when not cut by it',
    stage      String                 COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category   String                 COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner      String                 COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment    String                 COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant    String                 COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source     String                 COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    response   LowCardinality(String) COMMENT 'first: of the conversation; next: every later one',
    seen_from  LowCardinality(String) COMMENT 'contact: what the customer felt, bots included; handoff: what the team controls',
    clock      LowCardinality(String) COMMENT 'calendar: all hours; business: open hours of the calendar',
    waits      UInt64                 COMMENT 'Waits, whatever became of them',
    unanswered UInt64                 COMMENT 'Of them, ended without a reply',
    open       UInt64                 COMMENT 'Of them, still open',
    skewed     UInt64                 COMMENT 'Of them, answered before they asked, says the clock: counted as 0',
    responses  UInt64                 COMMENT 'Answered waits whose length this clock knows: n of what follows',
    sum_ms     Int64                  COMMENT 'Sum of their lengths',
    mean_ms    Nullable(Float64)      COMMENT 'sum_ms / responses',
    p50_ms     Nullable(Float64)      COMMENT 'Half of them were answered within',
    p90_ms     Nullable(Float64)      COMMENT '90 % of them were answered within',
    p95_ms     Nullable(Float64)      COMMENT '95 % of them were answered within',
    p99_ms     Nullable(Float64)      COMMENT '99 % of them were answered within'
)
AS WITH
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(length_ms), length_ms IS NOT NULL) AS quantiles,
    told AS
    (
        SELECT
            day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
            if(position = 1, 'first', 'next') AS response,
            outcome,
            skewed,
            if(handoff_at > asked_at, if(clocks.wait_id = waits.wait_id, clocks.handoff_business_ms, NULL), business_ms) AS handoff_ms,
            arrayJoin([
                ('contact', 'calendar', waited_ms),
                ('contact', 'business', business_ms),
                ('handoff', 'calendar', handoff_waited_ms),
                ('handoff', 'business', if(calendar IS NULL, NULL, handoff_ms))
            ]) AS length,
            if(outcome = 'answered', length.3, NULL) AS length_ms
        FROM v_human_waits(dimensions = {dimensions:String}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')}) AS waits
        LEFT ANY JOIN v_business_time(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')}, moment = '2200-01-01') AS clocks ON waits.wait_id = clocks.wait_id
    )
SELECT
    day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
    response,
    length.1 AS seen_from,
    length.2 AS clock,
    count() AS waits,
    countIf(outcome IN ('abandoned', 'closed')) AS unanswered,
    countIf(outcome = 'open') AS open,
    countIf(skewed) AS skewed,
    count(length_ms) AS responses,
    sum(coalesce(length_ms, 0)) AS sum_ms,
    sum_ms / nullIf(responses, 0) AS mean_ms,
    if(responses = 0, NULL, quantiles[1]) AS p50_ms,
    if(responses = 0, NULL, quantiles[2]) AS p90_ms,
    if(responses = 0, NULL, quantiles[3]) AS p95_ms,
    if(responses = 0, NULL, quantiles[4]) AS p99_ms
FROM told
GROUP BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source, response, seen_from, clock
COMMENT 'First and next response times along any dimensions, from contact and from handoff, in calendar and business time: v_responses_by(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
