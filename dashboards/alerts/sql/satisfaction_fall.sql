-- How far the mean score of the last day lies below that of the week before, when their 95 % intervals do not touch; else 0.
-- Below 30 scores in either nothing is said.
SELECT
    today.channel AS channel,
    if(today.score_high < week.score_low, week.score_mean - today.score_mean, 0) AS value,
    assumeNotNull(today.score_mean) AS score,
    assumeNotNull(today.score_low) AS low,
    assumeNotNull(today.score_high) AS high,
    today.scored AS n,
    assumeNotNull(week.score_mean) AS before,
    week.scored AS before_n
FROM v_satisfaction_by(dimensions = 'channel', {period}) AS today
INNER JOIN v_satisfaction_by(dimensions = 'channel', since = {since} - INTERVAL 7 DAY, until = {since}) AS week
    ON week.channel = today.channel AND week.occasion = today.occasion
WHERE today.occasion = 'transactional' AND today.scored >= 30 AND week.scored >= 30
