-- Open hours from contact and from handoff to the end of a wait, or to `moment` while it lasts: of waits that are open then, and
-- of those a bot handed over. Of all others the streams say it, in v_waits. Parameters: since, until, moment.
CREATE OR REPLACE VIEW v_business_time {on_cluster}
(
    wait_id             UInt64 COMMENT 'The wait',
    business_ms         Int64  COMMENT 'Open hours from contact',
    handoff_business_ms Int64  COMMENT 'Open hours from handoff'
)
AS WITH
    edges AS
    (
        SELECT
            wait_id,
            calendar,
            outcome = 'open' OR ended_at > {moment:DateTime64(3, 'UTC')} AS lasts,
            arrayJoin([(asked_at, -1, 0), (assumeNotNull(handoff_at), 0, -1), (if(lasts, {moment:DateTime64(3, 'UTC')}, assumeNotNull(ended_at)), 1, 1)]) AS edge,
            edge.1 AS at
        FROM waits FINAL
        WHERE NOT automated AND calendar IS NOT NULL AND handoff_at IS NOT NULL AND asked_at >= {since:DateTime64(3, 'UTC')} AND asked_at < {until:DateTime64(3, 'UTC')}
            AND (lasts OR ended_at IS NOT NULL AND handoff_at > asked_at)
    ),
    placed AS
    (
        SELECT
            edges.wait_id AS wait_id,
            edges.edge AS edge,
            days.open_before_ms + arraySum(arrayMap(
                (opens, closes) -> toUnixTimestamp64Milli(greatest(opens, least(edges.at, closes))) - toUnixTimestamp64Milli(opens),
                days.opens_at,
                days.closes_at)) AS open_ms
        FROM edges
        ASOF JOIN v_calendar_days AS days ON edges.calendar = days.calendar AND edges.at >= days.starts_at
        WHERE edges.at < days.ends_at -- of days that the calendar does not know nobody can say
    )
SELECT
    wait_id,
    greatest(0, sum(edge.2 * open_ms)) AS business_ms,
    greatest(0, sum(edge.3 * open_ms)) AS handoff_business_ms
FROM placed
GROUP BY wait_id
HAVING count() = 3
COMMENT 'Open hours of open waits, and of waits that a bot handed to a human: v_business_time(since = ''2026-03-01'', until = ''2026-04-01'', moment = now64(3))'
