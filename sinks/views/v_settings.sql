-- The numbers of the catalogue that views compare with.
CREATE OR REPLACE VIEW v_settings {on_cluster}
(
    setting String  COMMENT 'Section and name as in the catalogue, durations end in _ms; business_targets.touchpoint.ID and business_targets.kind.KIND: targets in force',
    value   Float64 COMMENT 'Its value; of a target in open hours its milliseconds, of one by the clock 0'
)
AS SELECT
    setting,
    value
FROM settings FINAL
COMMENT 'Numbers of the catalogue: thresholds and times'
