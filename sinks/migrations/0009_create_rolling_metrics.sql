-- Parts of every metric per scope and window, restated when late events arrive. Parts, so that shares can be merged and carry their n.
CREATE TABLE IF NOT EXISTS rolling_metrics {on_cluster}
(
    scope_kind      LowCardinality(String)         COMMENT 'overall, channel, stage or touchpoint',
    scope           LowCardinality(String)         COMMENT 'Which one; empty for overall',
    window_s        UInt32                         COMMENT 'Length of the window in seconds',
    window_end      DateTime64(3, 'UTC')           COMMENT 'End of the window, exclusive',
    events          UInt64                         COMMENT 'Events by humans',
    automated       UInt64                         COMMENT 'Events by machines',
    sessions        UInt64                         COMMENT 'Sessions closed in the window that visited the scope',
    exits           UInt64                         COMMENT 'Of them, ended there without success',
    bounces         UInt64                         COMMENT 'Of them, one page view and nothing else',
    nps_answers     UInt64                         COMMENT 'Valid NPS answers',
    promoters       UInt64                         COMMENT 'Of them, 9 and 10',
    detractors      UInt64                         COMMENT 'Of them, 0 to 6',
    csat_answers    UInt64                         COMMENT 'CSAT answers',
    satisfied       UInt64                         COMMENT 'Of them, satisfied',
    ces_answers     UInt64                         COMMENT 'CES answers',
    easy            UInt64                         COMMENT 'Of them, easy',
    scored          UInt64                         COMMENT 'Answers with a score from 0 to 10',
    score_sum       Float64                        COMMENT 'Sum of those scores',
    responses       UInt64                         COMMENT 'Waits answered in the window',
    response_ms_sum UInt64                         COMMENT 'Sum of their milliseconds',
    response_p50_ms Nullable(Float64)              COMMENT 'Median wait, relative error at most 1 %',
    response_p90_ms Nullable(Float64)              COMMENT '90 % waited no longer',
    response_p95_ms Nullable(Float64)              COMMENT '95 % waited no longer',
    response_p99_ms Nullable(Float64)              COMMENT '99 % waited no longer',
    within_target   UInt64                         COMMENT 'Answered waits that met their target',
    targeted        UInt64                         COMMENT 'Answered waits that had a target',
    breaches        UInt64                         COMMENT 'Targets missed in the window',
    abandoned       UInt64                         COMMENT 'Calls hung up before an answer',
    open_waits      Nullable(UInt64)               COMMENT 'Customers waiting while the window filled; NULL when nobody knows any more',
    oldest_open_at  Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when the longest of them waits',
    version         UInt64                         COMMENT 'The highest version of a window is the valid row'
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(window_end)
ORDER BY (scope_kind, scope, window_s, window_end)
COMMENT 'Rolling windows per scope; read v_rolling'
