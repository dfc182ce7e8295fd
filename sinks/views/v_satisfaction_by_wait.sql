-- Satisfaction against the wait before it: waits in classes that double in length. Parameters: since, until (not included; of the answer).
CREATE OR REPLACE VIEW v_satisfaction_by_wait {on_cluster}
(
    channel      LowCardinality(String) COMMENT 'Channel of the wait',
    wait_from_ms Int64                  COMMENT 'Waits of at least this',
    wait_to_ms   Int64                  COMMENT 'and less than this',
    answers      UInt64                 COMMENT 'Answers after such a wait',
    score_mean   Float64                COMMENT 'Their mean score, 0 to 10',
    score_low    Nullable(Float64)      COMMENT 'Lower end of its 95 % confidence interval (Student''s t); NULL below two answers',
    score_high   Nullable(Float64)      COMMENT 'Upper end of it'
)
AS WITH studentTTestOneSample(0.95)(score10, 0) AS student -- its interval is that of the mean; none where all scores are alike
SELECT
    channel,
    if(waited_ms < 1000, 0, 1000 * toInt64(exp2(floor(log2(waited_ms / 1000))))) AS wait_from_ms,
    if(wait_from_ms = 0, 1000, 2 * wait_from_ms) AS wait_to_ms,
    count() AS answers,
    avg(score10) AS score_mean,
    if(answers > 1, if(isFinite(student.3), greatest(0, student.3), score_mean), NULL) AS score_low,
    if(answers > 1, if(isFinite(student.4), least(10, student.4), score_mean), NULL) AS score_high
FROM v_answers_after_waits(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
GROUP BY channel, wait_from_ms, wait_to_ms
COMMENT 'Mean score per channel and length of the wait before the answer: v_satisfaction_by_wait(since = ''2026-03-01'', until = ''2026-04-01'')'
