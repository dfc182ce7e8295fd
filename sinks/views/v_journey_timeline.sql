-- Everything that is known of one journey, in order of time: SELECT * FROM v_journey_timeline(journey = 'j1').
-- At one moment a session starts before its first event and ends after its last; events are in the streams' order.
CREATE OR REPLACE VIEW v_journey_timeline {on_cluster}
(
    at         DateTime64(3, 'UTC') COMMENT 'When it happened',
    kind       String               COMMENT 'interaction, answer, wait, session, case or alert',
    what       String               COMMENT 'Type of the event and its action; asked, due, answered, abandoned, closed; started, ended; heard, contacted, rated again; opened, resolved',
    touchpoint String               COMMENT 'Where; of a session the first or the last touchpoint',
    channel    String               COMMENT 'Channel; empty for an alert',
    actor      String               COMMENT 'customer, agent, bot or system; empty for what was concluded',
    detail     String               COMMENT 'Amount and conversation, score, time waited, reason of a close, score and causes of a case or text of an alert',
    said       String               COMMENT 'Page and order, or what the customer wrote',
    id         String               COMMENT 'Id of the event, conversation, session, case or alert'
)
AS SELECT
    at,
    kind,
    what,
    touchpoint,
    channel,
    actor,
    detail,
    said,
    id
FROM
(
    SELECT
        occurred_at AS at,
        'interaction' AS kind,
        trim(concat(type, ' ', action)) AS what,
        touchpoint,
        channel,
        actor,
        arrayStringConcat([toString(amount), toString(currency), conversation_id], ' ') AS detail,
        arrayStringConcat([url, order_id], ' ') AS said,
        event_id AS id,
        2 AS rank
    FROM interactions FINAL
    WHERE journey_id = {journey:String}
    UNION ALL
    SELECT
        occurred_at,
        'answer',
        trim(concat(kind, ' ', metric)),
        touchpoint,
        channel,
        actor,
        arrayStringConcat([concat(toString(score), ' of ', toString(scale)), toString(sentiment)], ' '),
        ifNull(comment, ''),
        event_id,
        2
    FROM answers FINAL
    WHERE journey_id = {journey:String}
    UNION ALL
    SELECT
        event.2,
        'wait',
        event.1,
        touchpoint,
        channel,
        '',
        if(event.1 = 'answered', concat(toString(waited_ms), ' ms'), ''),
        '',
        conversation_id,
        3
    FROM waits FINAL
    ARRAY JOIN arrayFilter(
        event -> event.2 IS NOT NULL,
        [('asked', toNullable(asked_at)), ('due', if(breached, due_at, NULL)), (toString(outcome), ended_at)]
    ) AS event
    WHERE journey_id = {journey:String}
    UNION ALL
    SELECT
        border.2,
        'session',
        border.1,
        border.3,
        border.4,
        '',
        border.5,
        '',
        toString(session_id),
        border.6
    FROM sessions FINAL
    ARRAY JOIN
        [
            ('started', started_at, toString(entry_touchpoint), toString(channels[1]), '', 1),
            ('ended', ended_at, toString(exit_touchpoint), toString(exit_channel), toString(close_reason), 4)
        ] AS border
    WHERE journey_id = {journey:String}
    UNION ALL
    SELECT
        step.2,
        'case',
        step.1,
        touchpoint,
        channel,
        '',
        step.3,
        '',
        toString(case_id),
        3
    FROM cases FINAL
    ARRAY JOIN arrayFilter(
        step -> step.2 IS NOT NULL,
        [
            ('heard', toNullable(heard_at), trim(concat(toString(score), ' of 10 ', arrayStringConcat(causes, ' ')))),
            ('contacted', contacted_at, ''),
            ('rated again', rerated_at, concat(toString(round(rerated_score10, 1)), ' of 10, ', if(recovered, 'recovered', 'not recovered')))
        ]
    ) AS step
    WHERE journey_id = {journey:String}
    UNION ALL
    SELECT
        changed_at,
        'alert',
        concat(kind, ' ', state),
        place,
        '',
        '',
        what,
        '',
        alert_id,
        5
    FROM alerts FINAL
    WHERE who = {journey:String}
)
ORDER BY at, rank, xxh3(id)
COMMENT 'One journey in order of time: v_journey_timeline(journey = ''...'')'
