-- The numbers of touchpoints.yaml that views compare with, copied by `touchstream migrate`.
CREATE TABLE IF NOT EXISTS settings {on_cluster}
(
    setting    String  COMMENT 'Section and name as in the catalogue; durations end in _ms',
    value      Float64 COMMENT 'Its value',
    version    UInt64  COMMENT 'The highest version of a setting is the valid row',
    is_deleted UInt8   COMMENT '1: no longer in the catalogue'
)
ENGINE = {engine}(version, is_deleted)
ORDER BY setting
COMMENT 'Numbers of the catalogue; read v_settings'
