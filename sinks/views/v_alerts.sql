-- Alerts as they stand now.
CREATE OR REPLACE VIEW v_alerts {on_cluster}
(
    alert_id   String                 COMMENT 'The same from opening to resolution',
    kind       LowCardinality(String) COMMENT 'wait_warning, wait_breach, wait_escalation, unanswered, detractor_heard or third_strike',
    state      LowCardinality(String) COMMENT 'opened, resolved, or withdrawn: a late event shows that it never was',
    what       String                 COMMENT 'One sentence for the person who is called',
    who        Nullable(String)       COMMENT 'The journey, when there is one',
    place      LowCardinality(String) COMMENT 'Touchpoint or channel',
    since_at   DateTime64(3, 'UTC')   COMMENT 'When it began',
    changed_at DateTime64(3, 'UTC')   COMMENT 'When it came to this state',
    numbers    String                 COMMENT 'What was measured and against what, as one JSON object'
)
AS SELECT
    alert_id,
    kind,
    state,
    what,
    who,
    place,
    since_at,
    changed_at,
    numbers
FROM alerts FINAL
COMMENT 'Alerts, opened and resolved'
