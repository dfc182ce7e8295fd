-- How much happens where and when. Add hours and touchpoints up as you like: every event is in one row. Of conversations the step
-- says whose it is, as in streams/logic/moments.py, because producers may leave the actor out; and notices are never the customer's.
CREATE OR REPLACE VIEW v_volume {on_cluster}
(
    hour         DateTime('UTC')                  COMMENT 'Hour of the events',
    day          Date                             COMMENT 'Day of the events, UTC',
    channel      LowCardinality(String)           COMMENT 'Channel',
    stage        LowCardinality(String)           COMMENT 'Stage of the touchpoint; empty when it is not registered',
    touchpoint   LowCardinality(String)           COMMENT 'Touchpoint',
    segment      LowCardinality(Nullable(String)) COMMENT 'Customer segment',
    variant      LowCardinality(Nullable(String)) COMMENT 'Experiment variant',
    source       LowCardinality(Nullable(String)) COMMENT 'Where the visit came from',
    events       UInt64                           COMMENT 'Interactions of humans',
    by_customers UInt64                           COMMENT 'Of them, done by customers: the demand. Of conversations their questions: calls queued, offers requested, tickets opened, replied to or reopened, messages inbound',
    automated    UInt64                           COMMENT 'Interactions of machines'
)
AS SELECT
    toStartOfHour(interaction.occurred_at) AS hour,
    toDate(interaction.occurred_at) AS day,
    channel,
    stage,
    touchpoint,
    segment,
    variant,
    source,
    countIf(NOT interaction.automated) AS events,
    countIf(NOT interaction.automated AND multiIf(
        type = 'call', action = 'queued',
        type = 'proposal', action = 'requested',
        type = 'ticket', action IN ('opened', 'customer_replied', 'reopened') AND actor = 'customer',
        type = 'message', action = 'inbound' AND actor = 'customer',
        type NOT IN ('delivery', 'survey_invitation') AND actor = 'customer')) AS by_customers,
    countIf(interaction.automated) AS automated
FROM interactions AS interaction FINAL
GROUP BY hour, day, channel, stage, touchpoint, segment, variant, source
COMMENT 'Interactions per hour, channel, stage, touchpoint, segment, variant and source'
