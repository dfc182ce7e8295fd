-- Each answer that counts with the wait before it: of its conversation when it names one, else the last of its journey that ended
-- in the 7 days before. Answered or not, the wait is as long as the customer held out. Parameters: since, until (not included; of the answer).
CREATE OR REPLACE VIEW v_answers_after_waits {on_cluster}
(
    channel     LowCardinality(String) COMMENT 'Channel of the wait',
    journey_id  String                 COMMENT 'The journey of both',
    answered_at DateTime64(3, 'UTC')   COMMENT 'When the answer was given',
    score10     Float64                COMMENT 'The answer from 0 (worst) to 10 (best)',
    waited_ms   Int64                  COMMENT 'Length of the wait'
)
AS WITH
    told AS
    (
        SELECT journey_id, coalesce(conversation_id, '') AS conversation_id, answered_at, assumeNotNull(score10) AS score10
        FROM v_counted_answers(dimensions = '', since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        WHERE counts AND score10 IS NOT NULL
    ),
    ended AS
    (
        SELECT
            journey_id,
            arrayJoin(['', conversation_id]) AS conversation_id,
            assumeNotNull(ended_at) AS ended_at,
            max((greatest(0, toUnixTimestamp64Milli(assumeNotNull(ended_at)) - toUnixTimestamp64Milli(asked_at)), asked_on_channel)) AS longest
        FROM v_human_waits(dimensions = '', since = {since:DateTime64(3, 'UTC')} - INTERVAL 97 DAY, until = {until:DateTime64(3, 'UTC')})
        WHERE outcome != 'open' -- not by ended_at: that is the one of above, which is never NULL
        GROUP BY journey_id, conversation_id, ended_at -- of those that ended in one moment the longest: a join would take any
    )
SELECT
    ended.longest.2 AS channel,
    told.journey_id AS journey_id,
    told.answered_at AS answered_at,
    told.score10 AS score10,
    ended.longest.1 AS waited_ms
FROM told
ASOF JOIN ended ON told.journey_id = ended.journey_id AND told.conversation_id = ended.conversation_id AND told.answered_at >= ended.ended_at
WHERE told.conversation_id != '' OR ended.ended_at + INTERVAL 7 DAY >= told.answered_at
COMMENT 'Answers with the wait before them: v_answers_after_waits(since = ''2026-03-01'', until = ''2026-04-01'')'
