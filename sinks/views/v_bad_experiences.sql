-- Bad experiences: several signals of one interaction are one, at the time of the first. The conversation is the interaction, and
-- without one the sheet on which the customer answered. An answer that is edited later keeps the time at which it was first given.
CREATE OR REPLACE VIEW v_bad_experiences {on_cluster}
(
    journey_id  String                        COMMENT 'Whose experience it was',
    interaction String                        COMMENT 'Conversation, else submission or event id of the answer',
    occurred_at DateTime64(3, 'UTC')          COMMENT 'The first signal',
    kind        LowCardinality(String)        COMMENT 'The first signal: nps, csat, ces, mention, abandoned or breached',
    touchpoint  LowCardinality(String)        COMMENT 'Where the first signal came from',
    channel     LowCardinality(String)        COMMENT 'Its channel',
    signals     Array(LowCardinality(String)) COMMENT 'Every kind of signal of this interaction'
)
AS WITH
    signs AS
    (
        SELECT
            journey_id,
            if(conversation_id IS NULL, concat('sheet ', coalesce(submission_id, event_id)), concat('talk ', conversation_id)) AS interaction,
            said_at AS occurred_at,
            xxh3(event_id) AS place,
            if(metric = '', kind, metric) AS kind,
            touchpoint,
            channel
        FROM v_answers_as_edited(known_at = '2299-12-31 00:00:00')
        WHERE (metric = 'nps' AND nps_class = 'detractor')
            OR (metric = 'csat' AND score10 <= 2.5)
            OR (metric = 'ces' AND score10 <= 3.3334)
            OR (kind = 'mention' AND sentiment < 0)
        UNION ALL
        SELECT journey_id, concat('talk ', conversation_id), assumeNotNull(due_at), 0, 'breached', touchpoint, channel
        FROM waits FINAL
        WHERE NOT automated AND breached AND due_at IS NOT NULL
        UNION ALL
        SELECT journey_id, concat('talk ', conversation_id), assumeNotNull(ended_at), 0, 'abandoned', touchpoint, channel
        FROM waits FINAL
        WHERE NOT automated AND outcome = 'abandoned'
    )
SELECT
    journey_id,
    substring(interaction, position(interaction, ' ') + 1) AS interaction,
    min(s.occurred_at) AS occurred_at,
    argMin(s.kind, (s.occurred_at, s.place)) AS kind,
    argMin(s.touchpoint, (s.occurred_at, s.place)) AS touchpoint,
    argMin(s.channel, (s.occurred_at, s.place)) AS channel,
    arraySort(groupUniqArray(s.kind)) AS signals
FROM signs AS s
GROUP BY journey_id, s.interaction
COMMENT 'Bad experiences, each interaction once'
