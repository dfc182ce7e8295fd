-- Demand while nobody is there: conversations that customers began outside the calendar of their target. Without a calendar,
-- or on days it does not know, nobody can say, so they are left out. Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_out_of_hours_by {on_cluster}
(
    day                 Date              COMMENT 'Day of the contact, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at           DateTime('UTC')   COMMENT 'Beginning of the hour of the contact when cut by hour, else of day',
    channel             String            COMMENT 'Channel; * when not cut by it',
    touchpoint          String            COMMENT 'Touchpoint; * when not cut by it',
    stage               String            COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category            String            COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner               String            COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment             String            COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant             String            COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source              String            COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    arrivals            UInt64            COMMENT 'Conversations begun, with a calendar',
    out_of_hours        UInt64            COMMENT 'Of them, outside its open hours',
    out_of_hours_share  Nullable(Float64) COMMENT 'out_of_hours / arrivals, from 0 to 1',
    unanswered          UInt64            COMMENT 'Of those out of hours, abandoned, ended without a reply, or open now',
    unanswered_share    Nullable(Float64) COMMENT 'unanswered / out_of_hours',
    came_back           UInt64            COMMENT 'Of them, the customer contacted again within 7 days, which are over',
    pending             UInt64            COMMENT 'Of the unanswered, some of the 7 days left, back already or not',
    came_back_share     Nullable(Float64) COMMENT 'came_back / (unanswered - pending)',
    in_hours_unanswered UInt64            COMMENT 'Of the arrivals in open hours, unanswered, to compare with'
)
AS WITH
    arrivals AS
    (
        SELECT day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source, person, asked_at, outcome, calendar
        FROM v_human_waits(dimensions = {dimensions:String}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        WHERE position = 1 AND calendar IS NOT NULL
    ),
    placed AS
    (
        SELECT
            arrivals.day AS day, arrivals.begins_at AS begins_at, arrivals.channel AS channel, arrivals.touchpoint AS touchpoint, arrivals.stage AS stage, arrivals.category AS category, arrivals.owner AS owner, arrivals.segment AS segment, arrivals.variant AS variant, arrivals.source AS source,
            arrivals.person AS person,
            arrivals.asked_at AS asked_at,
            arrivals.outcome != 'answered' AS alone,
            NOT hours.open AS closed
        FROM arrivals
        ASOF JOIN v_open_hours AS hours ON arrivals.calendar = hours.calendar AND arrivals.asked_at >= hours.begins_at
        WHERE arrivals.asked_at < hours.ends_at
    ),
    contacts AS
    (
        -- Whoever is recognised only after the period is its journey there, and here the journey of a customer.
        SELECT arrayJoin([coalesce(waits.customer_id, nullIf(known.customer_id, ''), waits.journey_id), waits.journey_id]) AS person, asked_at AS contacted_at
        FROM waits FINAL
        LEFT ANY JOIN v_recognised(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')} + INTERVAL 8 DAY) AS known ON waits.journey_id = known.journey_id
        WHERE NOT automated AND asked_at >= {since:DateTime64(3, 'UTC')} AND asked_at <= {until:DateTime64(3, 'UTC')} + INTERVAL 7 DAY
    ),
    followed AS
    (
        SELECT
            day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
            closed,
            alone,
            ifNull(contacts.contacted_at > placed.asked_at AND contacts.contacted_at <= placed.asked_at + INTERVAL 7 DAY, false) AS back,
            placed.asked_at + INTERVAL 7 DAY > now64(3) AS early
        FROM placed
        ASOF LEFT JOIN contacts ON placed.person = contacts.person AND placed.asked_at < contacts.contacted_at
    )
SELECT
    day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
    count() AS arrivals,
    countIf(closed) AS out_of_hours,
    out_of_hours / nullIf(arrivals, 0) AS out_of_hours_share,
    countIf(closed AND alone) AS unanswered,
    unanswered / nullIf(out_of_hours, 0) AS unanswered_share,
    countIf(closed AND alone AND back AND NOT early) AS came_back,
    countIf(closed AND alone AND early) AS pending,
    came_back / nullIf(unanswered - pending, 0) AS came_back_share,
    countIf(NOT closed AND alone) AS in_hours_unanswered
FROM followed
GROUP BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source
COMMENT 'Arrivals outside the open hours along any dimensions: how many, unanswered, come back: v_out_of_hours_by(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
