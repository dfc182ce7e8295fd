-- The catalogue as it is now.
CREATE OR REPLACE VIEW v_touchpoints {on_cluster}
(
    touchpoint      String                           COMMENT 'Catalogue id',
    name            String                           COMMENT 'Name for humans',
    channel         LowCardinality(String)           COMMENT 'Channel id',
    channel_name    LowCardinality(String)           COMMENT 'Channel name for humans',
    category        LowCardinality(String)           COMMENT 'digital, human or physical',
    stage           LowCardinality(String)           COMMENT 'awareness, consideration, decision, purchase, post_purchase or service',
    stage_order     UInt8                            COMMENT 'Place of the stage in the journey, from 1',
    owner           Nullable(String)                 COMMENT 'Who answers for it',
    controllable    Bool                             COMMENT 'The company can change it',
    moment_of_truth Bool                             COMMENT 'Decides what customers think of the brand',
    goal            Bool                             COMMENT 'A session that reaches it is a success',
    cart            Bool                             COMMENT 'Reaching it begins a purchase, which may be abandoned',
    target          LowCardinality(Nullable(String)) COMMENT 'Response target of the catalogue',
    target_ms       Nullable(Int64)                  COMMENT 'Longest good wait',
    beyond_goals    Bool                             COMMENT 'Its stage comes after every goal: no session succeeds there'
)
AS SELECT
    touchpoint,
    name,
    channel,
    channel_name,
    category,
    stage,
    stage_order,
    owner,
    controllable,
    moment_of_truth,
    goal,
    cart,
    target,
    target_ms,
    stage_order > coalesce(nullIf(maxIf(stage_order, goal) OVER (), 0), 255) AS beyond_goals
FROM touchpoints FINAL
COMMENT 'Touchpoints of the catalogue'
