-- Rescue cases as they stand, with what became of their causes.
CREATE OR REPLACE VIEW v_cases {on_cluster}
(
    case_id            UInt64                         COMMENT 'Hash of journey_id and the question that was answered',
    journey_id         String                         COMMENT 'The journey of the detractor',
    answer_hash        UInt64                         COMMENT 'xxh3 of the event_id of the answer as it counts now',
    touchpoint         LowCardinality(String)         COMMENT 'Touchpoint the answer is about',
    channel            LowCardinality(String)         COMMENT 'Channel of the answer',
    stage              LowCardinality(String)         COMMENT 'Stage of the touchpoint; empty when it is not registered',
    heard_at           DateTime64(3, 'UTC')           COMMENT 'When the detractor answered',
    score              UInt8                          COMMENT '0 to 6, after the last edit',
    causes             Array(LowCardinality(String))  COMMENT 'From its reasons and words; empty: not known yet',
    state              LowCardinality(String)         COMMENT 'heard, acknowledged, rerated (still a detractor) or recovered',
    contacted_at       Nullable(DateTime64(3, 'UTC')) COMMENT 'First step of a human towards the customer after it',
    time_to_contact_ms Nullable(Int64)                COMMENT 'contacted_at - heard_at; NULL until then',
    rerated_at         Nullable(DateTime64(3, 'UTC')) COMMENT 'Next rating of the journey',
    rerated_score10    Nullable(Float64)              COMMENT 'That rating, from 0 to 10',
    recovered          Nullable(Bool)                 COMMENT 'That rating leaves the detractor band; NULL without one',
    root_caused        Bool                           COMMENT 'At least one cause is known',
    covered            Bool                           COMMENT 'All its causes are covered, and there is one',
    verified           Bool                           COMMENT 'All its causes are verified, and there is one'
)
AS WITH
    (SELECT groupArray(cause) FROM causes_covered FINAL) AS lids,
    (SELECT groupArray(cause) FROM v_causes WHERE verified) AS holding
SELECT
    case_id,
    journey_id,
    answer_hash,
    touchpoint,
    channel,
    stage,
    heard_at,
    score,
    causes,
    state,
    contacted_at,
    toUnixTimestamp64Milli(contacted_at) - toUnixTimestamp64Milli(heard_at) AS time_to_contact_ms,
    rerated_at,
    rerated_score10,
    recovered,
    notEmpty(causes) AS root_caused,
    notEmpty(causes) AND hasAll(lids, causes) AS covered,
    notEmpty(causes) AND hasAll(holding, causes) AS verified
FROM cases FINAL
COMMENT 'Rescue cases: heard, acknowledged, recovered, root-caused, covered, verified'
