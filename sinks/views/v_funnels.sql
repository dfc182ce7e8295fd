-- The funnels as they are now.
CREATE OR REPLACE VIEW v_funnels {on_cluster}
(
    funnel    LowCardinality(String) COMMENT 'Catalogue id',
    position  UInt8                  COMMENT 'Step number, from 1',
    step      String                 COMMENT 'Touchpoint id or stage',
    step_kind LowCardinality(String) COMMENT 'touchpoint or stage',
    window_ms Int64                  COMMENT 'A journey has this long from its first step'
)
AS SELECT
    funnel,
    position,
    step,
    step_kind,
    window_ms
FROM funnels FINAL
COMMENT 'Steps of the funnels of the catalogue'
