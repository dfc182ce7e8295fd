-- How conversations are resolved, and whether they stay so. Parameters: dimensions ('day,channel', '' for none; 'channel=phone|chat' keeps these), since, until (not included).
CREATE OR REPLACE VIEW v_resolutions_by {on_cluster}
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
    conversations            UInt64            COMMENT 'Conversations opened',
    solved_once              UInt64            COMMENT 'Of them, resolved at least once',
    solved                   UInt64            COMMENT 'Of them, resolved now',
    reopened                 UInt64            COMMENT 'Of those resolved at least once, reopened at least once',
    reopenings               UInt64            COMMENT 'Times that conversations were reopened, resolved or not',
    reopened_share           Nullable(Float64) COMMENT 'reopened / solved_once, from 0 to 1',
    first_resolution_p50_ms  Nullable(Float64) COMMENT '50 % of them took, from opening to first resolution, at most',
    first_resolution_p90_ms  Nullable(Float64) COMMENT '90 % of them took, from opening to first resolution, at most',
    first_resolution_p95_ms  Nullable(Float64) COMMENT '95 % of them took, from opening to first resolution, at most',
    first_resolution_p99_ms  Nullable(Float64) COMMENT '99 % of them took, from opening to first resolution, at most',
    first_resolution_mean_ms Nullable(Float64) COMMENT 'Mean time from opening to first resolution',
    resolution_p50_ms        Nullable(Float64) COMMENT '50 % of them took, from opening to last resolution, at most',
    resolution_p90_ms        Nullable(Float64) COMMENT '90 % of them took, from opening to last resolution, at most',
    resolution_p95_ms        Nullable(Float64) COMMENT '95 % of them took, from opening to last resolution, at most',
    resolution_p99_ms        Nullable(Float64) COMMENT '99 % of them took, from opening to last resolution, at most',
    resolution_mean_ms       Nullable(Float64) COMMENT 'Mean time from opening to last resolution'
)
AS WITH
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(first_resolution_ms), first_resolution_ms IS NOT NULL) AS firsts,
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(resolution_ms), resolution_ms IS NOT NULL) AS lasts
SELECT
    day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source,
    count() AS conversations,
    count(first_resolution_ms) AS solved_once,
    count(resolution_ms) AS solved,
    countIf(talks.reopened > 0 AND first_resolution_ms IS NOT NULL) AS reopened,
    sum(talks.reopened) AS reopenings,
    reopened / nullIf(solved_once, 0) AS reopened_share,
    if(solved_once = 0, NULL, firsts[1]) AS first_resolution_p50_ms,
    if(solved_once = 0, NULL, firsts[2]) AS first_resolution_p90_ms,
    if(solved_once = 0, NULL, firsts[3]) AS first_resolution_p95_ms,
    if(solved_once = 0, NULL, firsts[4]) AS first_resolution_p99_ms,
    avg(first_resolution_ms) AS first_resolution_mean_ms,
    if(solved = 0, NULL, lasts[1]) AS resolution_p50_ms,
    if(solved = 0, NULL, lasts[2]) AS resolution_p90_ms,
    if(solved = 0, NULL, lasts[3]) AS resolution_p95_ms,
    if(solved = 0, NULL, lasts[4]) AS resolution_p99_ms,
    avg(resolution_ms) AS resolution_mean_ms
FROM v_human_conversations(dimensions = {dimensions:String}, since = {since:DateTime64(3, 'UTC')}, until = {until:DateTime64(3, 'UTC')}) AS talks
GROUP BY day, begins_at, channel, touchpoint, stage, category, owner, segment, variant, source
COMMENT 'First and full resolutions and reopenings along any dimensions: v_resolutions_by(dimensions = ''day,channel'', since = ''2026-03-01'', until = ''2026-04-01'')'
