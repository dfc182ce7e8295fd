-- The funnels of touchpoints.yaml, one row per step, copied by `touchstream migrate`.
CREATE TABLE IF NOT EXISTS funnels {on_cluster}
(
    funnel     LowCardinality(String) COMMENT 'Catalogue id',
    position   UInt8                  COMMENT 'Step number, from 1',
    step       String                 COMMENT 'Touchpoint id or stage',
    step_kind  LowCardinality(String) COMMENT 'touchpoint or stage',
    window_ms  Int64                  COMMENT 'A journey has this long from its first step',
    version    UInt64                 COMMENT 'The highest version of a step is the valid row',
    is_deleted UInt8                  COMMENT '1: no longer in the catalogue'
)
ENGINE = {engine}(version, is_deleted)
ORDER BY (funnel, position)
COMMENT 'Steps of the funnels of the catalogue; read v_funnels'
