-- Solved for good: no new question of the same customer on the same topic within 7 days of the first solve. Where nobody named
-- a topic its touchpoint stands for it. Pending while some of the 7 days are left, asked again or not: the last week would look all bad
-- if only those counted who came back already. Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_first_contact_resolution_by {on_cluster}
(
    day                      Date              COMMENT 'Day of the opening, or the first of its week or month, UTC; that of `since` when not cut by time',
    begins_at                DateTime('UTC')   COMMENT 'Beginning of the hour of the opening when cut by hour, else of day',
    channel                  String            COMMENT 'Channel; * when not cut by it',
    touchpoint               String            COMMENT 'Touchpoint; * when not cut by it',
    stage                    String            COMMENT 'Stage; * when not cut by it, empty when the touchpoint is not registered',
    category                 String            COMMENT 'digital, human or physical; * when not cut by it, empty when the touchpoint is not registered',
    owner                    String            COMMENT 'Who answers for the touchpoint; * when not cut by it, empty when nobody does',
    segment                  String            COMMENT 'Customer segment; * when not cut by it, empty when unknown',
    variant                  String            COMMENT 'Experiment variant; * when not cut by it, empty when none',
    source                   String            COMMENT 'Where the visit came from; * when not cut by it, empty when unknown',
    solves                   UInt64            COMMENT 'Conversations solved at least once',
    for_good                 UInt64            COMMENT 'Of them, over for 7 days with no new question',
    asked_again              UInt64            COMMENT 'Of them, with one within 7 days, which are over',
    pending                  UInt64            COMMENT 'Of them, some of the 7 days left',
    first_contact_resolution Nullable(Float64) COMMENT 'for_good / (solves - pending), from 0 to 1'
)
AS WITH
    solves AS
    (
        SELECT day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source, person, about, assumeNotNull(first_solved_at) AS solved_at
        FROM v_human_conversations(dimensions = {dimensions:String}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
        WHERE first_solved_at IS NOT NULL
    ),
    questions AS
    (
        -- Whoever is recognised only after the period is its journey there, and here the journey of a customer.
        SELECT arrayJoin([talks.person, talks.journey_id]) AS person, talks.about AS about, waits.asked_at AS asked_at
        FROM waits FINAL
        INNER JOIN v_human_conversations(dimensions = '', since = '1970-01-01', until = '2149-06-06') AS talks
            ON waits.conversation_id = talks.conversation_id AND waits.journey_id = talks.journey_id
        WHERE NOT waits.automated AND waits.asked_at >= {since:DateTime64(3, 'UTC')} AND person IN (SELECT person FROM solves)
    ),
    followed AS
    (
        SELECT
            day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
            ifNull(questions.asked_at > solved_at AND questions.asked_at <= solved_at + INTERVAL 7 DAY, false) AS again,
            solved_at + INTERVAL 7 DAY > now64(3) AS early
        FROM solves
        ASOF LEFT JOIN questions ON solves.person = questions.person AND solves.about = questions.about AND solves.solved_at < questions.asked_at
    )
SELECT
    day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
    count() AS solves,
    countIf(NOT again AND NOT early) AS for_good,
    countIf(again AND NOT early) AS asked_again,
    countIf(early) AS pending,
    for_good / nullIf(solves - pending, 0) AS first_contact_resolution
FROM followed
GROUP BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source
COMMENT 'First contact resolution along any dimensions, pending apart: v_first_contact_resolution_by(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
