-- Prospects who were left without an answer. Who had bought before is a customer; who buys afterwards was not lost. A call is out of
-- hours when it came then, however long it lasted, as in v_out_of_hours_by: without a calendar, or on days it does not know, nobody can say.
CREATE OR REPLACE VIEW v_lost_prospects {on_cluster}
(
    wait_id      UInt64                         COMMENT 'The wait by which they were lost',
    journey_id   String                         COMMENT 'The prospect',
    reason       LowCardinality(String)         COMMENT 'proposal_late, call_out_of_hours or message_unanswered',
    touchpoint   LowCardinality(String)         COMMENT 'Where they asked',
    channel      LowCardinality(String)         COMMENT 'Channel of the question',
    asked_at     DateTime64(3, 'UTC')           COMMENT 'When they asked',
    lost_at      DateTime64(3, 'UTC')           COMMENT 'When the target was missed, they hung up, or the call or thread ended',
    purchased_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First purchase after that',
    cancelled    Bool                           COMMENT 'They bought after all: not lost'
)
AS WITH
    asked AS
    (
        SELECT
            waits.wait_id AS wait_id, waits.journey_id AS journey_id, waits.touchpoint AS touchpoint, waits.channel AS channel, waits.asked_at AS asked_at,
            multiIf(
                conversation_kind = 'proposal' AND breached, 'proposal_late',
                conversation_kind = 'call' AND outcome IN ('abandoned', 'closed') AND NOT hours.open AND waits.asked_at < hours.ends_at, 'call_out_of_hours',
                conversation_kind = 'message' AND (outcome = 'closed' OR (outcome = 'open' AND breached)), 'message_unanswered',
                '') AS reason,
            assumeNotNull(coalesce(if(reason = 'proposal_late' OR outcome = 'open', due_at, ended_at), asked_at)) AS lost_at
        FROM waits FINAL
        ASOF LEFT JOIN v_open_hours AS hours ON waits.calendar = hours.calendar AND waits.asked_at >= hours.begins_at
        WHERE NOT automated
    ),
    bought AS
    (
        SELECT journey_id, arraySort(groupArray(occurred_at)) AS times
        FROM interactions FINAL
        WHERE type = 'purchase' AND NOT automated
        GROUP BY journey_id
    )
SELECT
    a.wait_id,
    a.journey_id,
    a.reason,
    a.touchpoint,
    a.channel,
    a.asked_at,
    a.lost_at,
    if(empty(arrayFilter(t -> t > a.lost_at, b.times)), NULL, arrayFilter(t -> t > a.lost_at, b.times)[1]) AS purchased_at,
    purchased_at IS NOT NULL AS cancelled
FROM asked AS a
LEFT JOIN bought AS b ON b.journey_id = a.journey_id
WHERE a.reason != '' AND NOT arrayExists(t -> t <= a.lost_at, b.times)
COMMENT 'Prospects left without an answer, and whether they bought after all'
