-- How long rows are kept. TTLs delete in the background: what is older than certain_from may still be there, or not.
CREATE OR REPLACE VIEW v_retention {on_cluster}
(
    what         LowCardinality(String) COMMENT 'facts (events and what was concluded from them), dead_letters (their bytes), rolling_metrics or alerts',
    days         Nullable(UInt32)       COMMENT 'How many days; NULL: for ever',
    certain_from DateTime64(3, 'UTC')   COMMENT 'What is younger is all there'
)
AS SELECT
    what,
    nullIf(days, 0) AS days,
    greatest(kept_from, if(days = 0, kept_from, now64(3, 'UTC') - toIntervalDay(days))) AS certain_from
FROM retention FINAL
COMMENT 'How long rows are kept'
