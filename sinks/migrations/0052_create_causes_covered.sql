-- Since when a cause is covered: the well has a lid. Written by `touchstream cover`.
CREATE TABLE IF NOT EXISTS causes_covered {on_cluster}
(
    cause      LowCardinality(String) COMMENT 'Id of the cause',
    covered_at DateTime64(3, 'UTC')   COMMENT 'What occurs after this is a recurrence',
    note       String                 COMMENT 'What was done about it',
    version    UInt64                 COMMENT 'The highest version of a cause is the valid row',
    is_deleted UInt8                  COMMENT '1: no longer held to be covered'
)
ENGINE = {engine}(version, is_deleted)
ORDER BY cause
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Causes that were covered; read v_causes'
