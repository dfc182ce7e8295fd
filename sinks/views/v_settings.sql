-- The numbers of the catalogue that views compare with.
CREATE OR REPLACE VIEW v_settings {on_cluster}
(
    setting String  COMMENT 'Section and name as in the catalogue; durations end in _ms',
    value   Float64 COMMENT 'Its value'
)
AS SELECT
    setting,
    value
FROM settings FINAL
COMMENT 'Numbers of the catalogue: thresholds and times'
