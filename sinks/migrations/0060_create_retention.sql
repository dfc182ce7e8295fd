-- How long rows are kept, so that SQL knows what may be gone. Written by `touchstream migrate` when a setting changes.
CREATE TABLE IF NOT EXISTS retention {on_cluster}
(
    what      LowCardinality(String) COMMENT 'facts, dead_letters, rolling_metrics or alerts',
    days      UInt32                 COMMENT 'How many days; 0: for ever',
    kept_from DateTime64(3, 'UTC')   COMMENT 'What is older may have gone under a shorter retention of before',
    version   UInt64                 COMMENT 'The highest version is the valid row'
)
ENGINE = {engine}(version)
ORDER BY what
COMMENT 'How long rows are kept; read v_retention'
