-- Somebody should act now, or should have.
CREATE TABLE IF NOT EXISTS alerts {on_cluster}
(
    alert_id        String                         COMMENT 'What raised it: rule and subject, so a replay raises it once',
    rule            LowCardinality(String)         COMMENT 'wait_warning, wait_breach, unanswered, ...',
    severity        LowCardinality(String)         COMMENT 'warning or critical',
    raised_at       DateTime64(3, 'UTC')           COMMENT 'Event time at which the condition came true',
    cleared_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'When it stopped being true; NULL while it is',
    touchpoint      LowCardinality(String)         COMMENT 'Where; empty when the alert is wider',
    channel         LowCardinality(String)         COMMENT 'On which channel; empty when the alert is wider',
    journey_id      Nullable(String)               COMMENT 'Whose journey',
    customer_id     Nullable(String)               COMMENT 'The customer, when known',
    conversation_id Nullable(String)               COMMENT 'Call, ticket, thread or proposal',
    wait_id         Nullable(UInt64)               COMMENT 'The wait it is about',
    due_at          Nullable(DateTime64(3, 'UTC')) COMMENT 'When the target is or was missed',
    value           Nullable(Float64)              COMMENT 'What was measured',
    threshold       Nullable(Float64)              COMMENT 'What it was measured against',
    message         String                         COMMENT 'One line for a human',
    version         UInt64                         COMMENT 'The highest version of an alert is the valid row'
)
ENGINE = {engine}(version)
ORDER BY alert_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Alerts raised and cleared; read v_alerts'
