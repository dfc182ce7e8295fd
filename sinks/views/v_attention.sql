-- What is wrong at a moment, in plain words: a row for each thing that is looked at, also when all is well with it.
-- A fall is only called one when chance does not explain it (95 %); of fewer than 30 answers, as in the alert rule satisfaction_fall, nobody
-- can tell. Parameters: moment, such as now64(3).
CREATE OR REPLACE VIEW v_attention {on_cluster}
(
    area  LowCardinality(String) COMMENT 'Where to look: response, satisfaction, journeys, voice or pipeline',
    about LowCardinality(String) COMMENT 'What is looked at',
    state LowCardinality(String) COMMENT 'act: somebody is needed now; watch: worth a look; fine',
    says  String                 COMMENT 'One sentence with the numbers',
    value Nullable(Float64)      COMMENT 'What was measured; NULL when there was nothing to measure',
    n     UInt64                 COMMENT 'Of how many'
)
AS WITH
    {moment:DateTime64(3, 'UTC')} AS at,
    (SELECT mapFromArrays(groupArray(setting), groupArray(value)) FROM v_settings) AS settings,
    backlog AS
    (
        SELECT
            sum(conversations) AS waiting, max(conversations) AS most, argMax(channel, (conversations, channel)) AS where, settings['thresholds.unanswered'] AS allowed,
            sum(targeted) AS promised, sum(beyond_target) AS late, max(beyond_target) AS most_late, argMax(channel, (beyond_target, channel)) AS where_late
        FROM v_backlog(moment = {moment:DateTime64(3, 'UTC')}, before = {moment:DateTime64(3, 'UTC')})
    ),
    liked AS
    (
        SELECT this.nps AS nps, this.nps_answers AS answers, last.nps_answers AS answers_before, this.nps - last.nps AS change, sqrt(pow(this.nps_margin, 2) + pow(last.nps_margin, 2)) AS margin
        FROM v_satisfaction_by(dimensions = '', since = {moment:DateTime64(3, 'UTC')} - INTERVAL 7 DAY, until = {moment:DateTime64(3, 'UTC')}) AS this
        LEFT JOIN v_satisfaction_by(dimensions = '', since = {moment:DateTime64(3, 'UTC')} - INTERVAL 14 DAY, until = {moment:DateTime64(3, 'UTC')} - INTERVAL 7 DAY) AS last
            ON this.occasion = last.occasion
        WHERE this.occasion = 'transactional'
    ),
    visits AS
    (
        SELECT
            countIf(closed_at > at - INTERVAL 1 DAY) AS sessions,
            countIf(closed_at > at - INTERVAL 1 DAY AND NOT succeeded) AS lost,
            countIf(closed_at <= at - INTERVAL 7 DAY) AS sessions_before,
            countIf(closed_at <= at - INTERVAL 7 DAY AND NOT succeeded) AS lost_before,
            lost / nullIf(sessions, 0) AS share,
            lost_before / nullIf(sessions_before, 0) AS share_before,
            (lost + lost_before) / nullIf(sessions + sessions_before, 0) AS pooled,
            1.96 * sqrt(pooled * (1 - pooled) * (1 / nullIf(sessions, 0) + 1 / nullIf(sessions_before, 0))) AS margin
        FROM v_sessions
        WHERE NOT automated AND entry_touchpoint NOT IN (SELECT touchpoint FROM v_touchpoints WHERE beyond_goals)
            AND closed_at <= at AND closed_at > at - INTERVAL 8 DAY AND (closed_at > at - INTERVAL 1 DAY OR closed_at <= at - INTERVAL 7 DAY)
    ),
    unheard AS
    (
        SELECT countIf(contacted_at IS NULL OR contacted_at > at) AS alone, count() AS cases
        FROM v_cases
        WHERE heard_at <= at - INTERVAL 1 DAY AND heard_at > at - INTERVAL 14 DAY
    ),
    back AS
    (
        SELECT sum(n) AS mentions, count() AS causes, argMax(cause, (n, cause)) AS worst
        FROM
        (
            SELECT said.cause AS cause, count() AS n
            FROM v_cause_mentions AS said
            INNER JOIN v_causes AS known ON said.cause = known.cause
            WHERE known.covered_at < said.occurred_at AND said.occurred_at <= at AND said.occurred_at > at - INTERVAL 7 DAY
            GROUP BY cause
        )
    ),
    arrived AS
    (
        SELECT
            count() AS events,
            if(events = 0, NULL, dateDiff('second', max(received_at), at)) AS silent_s,
            arrayMax(groupUniqArray(toStartOfFiveMinutes(received_at))) AS newest,
            arrayCount(slot -> slot > newest - INTERVAL 1 HOUR, groupUniqArray(toStartOfFiveMinutes(received_at))) = 12 AS busy,
            settings['thresholds.stale_after_ms'] / 1000 AS allowed_s
        FROM (SELECT received_at, occurred_at FROM v_interactions UNION ALL SELECT received_at, occurred_at FROM v_answers)
        -- What counts is when it came. Events may be days late, or a little ahead of the clock: the wide range only spares older parts.
        WHERE received_at <= at AND received_at > at - INTERVAL 1 DAY
            AND occurred_at > at - INTERVAL 8 DAY AND occurred_at < at + INTERVAL 1 DAY
    ),
    refused AS (SELECT count() AS letters FROM v_dead_letters WHERE received_at <= at AND received_at > at - INTERVAL 1 DAY)
SELECT 'response' AS area, 'waits' AS about, if(late > 0, 'act', 'fine') AS state,
    if(late = 0, 'Nobody waits longer than promised', format('{} of {} waiting customers wait longer than promised, most of them, {}, on {}',
        toString(late), toString(promised), toString(most_late), where_late)) AS says,
    toFloat64(late) AS value, promised AS n
FROM backlog
UNION ALL
SELECT 'response', 'backlog', multiIf(most > allowed, 'act', most > settings['thresholds.warn_at'] * allowed, 'watch', 'fine'),
    if(waiting = 0, 'No conversation waits for an answer', format('{} conversations wait for an answer, most of them, {}, on {}; somebody is called above {} on a channel',
        toString(waiting), toString(most), where, toString(allowed))),
    toFloat64(waiting), waiting
FROM backlog
UNION ALL
SELECT 'satisfaction', 'nps', multiIf(change IS NULL OR least(answers, answers_before) < 30, 'fine', change < -margin, 'act', change < 0 AND margin < 10, 'watch', 'fine'),
    assumeNotNull(multiIf(nps IS NULL, 'No NPS answer in 7 days',
        change IS NULL, format('NPS is {} over 7 days, with nothing to compare it with', toString(round(nps))),
        format('NPS is {} over 7 days, {} {} than the week before: {}', toString(round(nps)), toString(abs(round(change, 1))), if(change < 0, 'lower', 'higher'),
            multiIf(least(answers, answers_before) < 30, format('with {} and {} answers chance alone may explain it', toString(answers), toString(answers_before)),
                abs(change) > margin, 'more than chance explains', format('chance alone explains up to {}', toString(round(margin, 1))))))),
    nps, answers
FROM (SELECT any(nps) AS nps, sum(answers) AS answers, sum(answers_before) AS answers_before, any(change) AS change, any(margin) AS margin FROM liked)
UNION ALL
SELECT 'journeys', 'drop-off', multiIf(share - share_before <= margin, 'fine', share - share_before > settings['thresholds.drop_off_rise'], 'act', share IS NULL OR share_before IS NULL, 'fine', 'watch'),
    assumeNotNull(multiIf(share IS NULL, 'No session ended in 24 hours',
        share_before IS NULL, format('{} % of sessions end without success, with nothing to compare it with', toString(round(100 * share))),
        format('{} % of sessions end without success, {} % a week ago: {}', toString(round(100 * share)), toString(round(100 * share_before)),
            if(abs(share - share_before) > margin, 'more than chance explains', 'no more than chance explains')))),
    share, sessions
FROM visits
UNION ALL
SELECT 'voice', 'detractors', if(alone > 0, 'watch', 'fine'),
    multiIf(cases = 0, 'No customer was unhappy a day to two weeks ago',
        alone = 0, 'Every customer who was unhappy a day to two weeks ago was contacted',
        format('Nobody has contacted {} of {} unhappy customers, a day and longer after they said so', toString(alone), toString(cases))),
    toFloat64(alone), cases
FROM unheard
UNION ALL
SELECT 'voice', 'causes', if(mentions > 0, 'act', 'fine'),
    if(mentions = 0, 'No cause that was mended came back in 7 days', format('{} came back although mended: {} in 7 days',
        if(causes = 1, worst, format('{} causes, most of all {},', toString(causes), worst)), if(mentions = 1, 'one mention', format('{} mentions', toString(mentions))))),
    toFloat64(mentions), mentions
FROM back
UNION ALL
SELECT 'pipeline', 'data', multiIf(silent_s IS NULL, 'act', silent_s <= allowed_s, 'fine', busy, 'act', 'watch'),
    assumeNotNull(if(silent_s IS NULL, 'No event arrived in 24 hours', format('The newest event arrived {} ago', formatReadableTimeDelta(silent_s)))),
    toFloat64(silent_s), events
FROM arrived
UNION ALL
SELECT 'pipeline', 'dead letters', multiIf(letters <= settings['thresholds.dead_letter_share'] * (events + letters), 'fine', letters >= 20, 'act', 'watch'),
    if(letters = 0, 'Every message of 24 hours could be read', format('{} of {} messages of 24 hours could not be read', toString(letters), toString(events + letters))),
    toFloat64(letters), events + letters
FROM arrived, refused
COMMENT 'What is wrong at a moment, in plain words: v_attention(moment = now64(3))'
