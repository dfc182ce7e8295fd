-- Service level of any channel: the share of waits answered within their target. Who still waits past it counts against it,
-- who still has time is pending. Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_in_time_by {on_cluster}
(
    day           Date              COMMENT 'Day of the question, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at     DateTime('UTC')   COMMENT 'Beginning of the hour of the question when cut by hour, else of day',
    channel       String            COMMENT 'Channel; * when not cut by it',
    touchpoint    String            COMMENT 'Touchpoint; * when not cut by it',
    stage         String            COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category      String            COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner         String            COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment       String            COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant       String            COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source        String            COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    waits         UInt64            COMMENT 'Waits, with a target or without',
    targeted      UInt64            COMMENT 'Of them, with a target',
    in_time       UInt64            COMMENT 'Answered within the target',
    late          UInt64            COMMENT 'Answered past it',
    unanswered    UInt64            COMMENT 'Ended without a reply',
    open_late     UInt64            COMMENT 'Open past the target',
    pending       UInt64            COMMENT 'Open with time left: in no share',
    in_time_share Nullable(Float64) COMMENT 'in_time / (targeted - pending), from 0 to 1'
)
AS SELECT
    day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
    count() AS waits,
    countIf(due_at IS NOT NULL) AS targeted,
    countIf(due_at IS NOT NULL AND outcome = 'answered' AND NOT breached) AS in_time,
    countIf(due_at IS NOT NULL AND outcome = 'answered' AND breached) AS late,
    countIf(due_at IS NOT NULL AND outcome IN ('abandoned', 'closed')) AS unanswered,
    countIf(outcome = 'open' AND (breached OR due_at < now64(3))) AS open_late,
    targeted - in_time - late - unanswered - open_late AS pending,
    in_time / nullIf(targeted - pending, 0) AS in_time_share
FROM v_human_waits(dimensions = {dimensions:String}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
GROUP BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source
COMMENT 'Share of waits answered within their target along any dimensions, open breaches counted: v_in_time_by(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
