-- The latency where satisfaction bends, per channel: a level line that falls from some wait on with every doubling of it, laid
-- through all answers by least squares; of the doublings of a second the bend that explains most. NULL where fewer than 30
-- answers, or a fall that may be none, say nothing. Parameters: since, until (not included; of the answer).
CREATE OR REPLACE VIEW v_latency_bend {on_cluster}
(
    channel           LowCardinality(String) COMMENT 'Channel of the wait',
    answers           UInt64                 COMMENT 'Answers with a wait before them',
    bend_ms           Nullable(Int64)        COMMENT 'Up to this wait length makes no difference, from here on it does',
    answers_beyond    Nullable(UInt64)       COMMENT 'Answers after a longer wait',
    score_before      Nullable(Float64)      COMMENT 'Mean score up to the bend, as the line has it',
    loss_per_doubling Nullable(Float64)      COMMENT 'Points lost with each doubling of the wait beyond the bend',
    loss_low          Nullable(Float64)      COMMENT 'Lower end of its 95 % confidence interval, taking the bend as given',
    loss_high         Nullable(Float64)      COMMENT 'Upper end of it',
    explained         Nullable(Float64)      COMMENT 'Share of the variance of the scores that the line explains, from 0 to 1'
)
AS WITH
    folded AS
    (
        SELECT
            channel,
            score10,
            arrayJoin(range(30)) AS doublings,
            greatest(0, log2(greatest(waited_ms, 1000) / 1000) - doublings) AS beyond
        FROM v_answers_after_waits(since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')})
    ),
    lines AS
    (
        SELECT
            channel,
            doublings,
            count() AS answers,
            countIf(beyond > 0) AS answers_beyond,
            min(beyond) AS nearest,
            varPop(beyond) AS spread,
            varPop(score10) AS variance,
            covarPop(beyond, score10) / spread AS slope,
            avg(score10) - slope * avg(beyond) AS level,
            slope * slope * spread / variance AS explained,
            1.96 * sqrt(abs(variance * (1 - explained) / (answers - 2) / spread)) AS margin
        FROM folded
        GROUP BY channel, doublings
    ),
    best AS
    (
        SELECT
            channel,
            any(lines.answers) AS answers,
            argMaxIf(
                (doublings, answers_beyond, level, slope, margin, explained),
                explained,
                lines.answers >= 30 AND lines.answers_beyond >= 10 AND slope + margin < 0 AND nearest < 1) AS line -- a doubling before the shortest wait is the same line as the next
        FROM lines
        GROUP BY channel
    )
SELECT
    channel,
    answers,
    if(line.2 > 0, 1000 * toInt64(exp2(line.1)), NULL) AS bend_ms,
    if(line.2 > 0, line.2, NULL) AS answers_beyond,
    if(line.2 > 0, line.3, NULL) AS score_before,
    if(line.2 > 0, -line.4, NULL) AS loss_per_doubling,
    if(line.2 > 0, -line.4 - line.5, NULL) AS loss_low,
    if(line.2 > 0, -line.4 + line.5, NULL) AS loss_high,
    if(line.2 > 0, line.6, NULL) AS explained
FROM best
COMMENT 'The wait from which on satisfaction falls, per channel, with what each doubling costs: v_latency_bend(since = ''2026-03-01'', until = ''2026-04-01'')'
