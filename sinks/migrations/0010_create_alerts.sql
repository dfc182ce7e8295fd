-- Somebody should act now, or should have. The newest row of an alert says how it stands.
CREATE TABLE IF NOT EXISTS alerts {on_cluster}
(
    alert_id   String                 COMMENT 'The same from opening to resolution',
    kind       LowCardinality(String) COMMENT 'wait_warning, wait_breach or unanswered',
    state      LowCardinality(String) COMMENT 'opened or resolved',
    what       String                 COMMENT 'One sentence for the person who is called',
    who        Nullable(String)       COMMENT 'The journey, when there is one',
    place      LowCardinality(String) COMMENT 'Touchpoint or channel',
    since_at   DateTime64(3, 'UTC')   COMMENT 'When it began',
    changed_at DateTime64(3, 'UTC')   COMMENT 'When it came to this state',
    numbers    String                 COMMENT 'What was measured and against what, as one JSON object',
    version    UInt64                 COMMENT 'The highest version of an alert is the valid row'
)
ENGINE = {engine}(version)
ORDER BY alert_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Alerts opened and resolved; read v_alerts'
