-- How a customer felt, from the event or from the catalogue's words. Rows that are there already have what their event carried.
ALTER TABLE answers {on_cluster}
    ADD COLUMN IF NOT EXISTS emotion LowCardinality(String) DEFAULT JSONExtractString(properties, 'emotion')
        COMMENT 'happy, neutral, frustrated or angry; empty when nobody knows',
    ADD COLUMN IF NOT EXISTS emotion_source LowCardinality(String)
        DEFAULT multiIf(emotion = '', '', JSONHas(properties, 'emotion_source'), JSONExtractString(properties, 'emotion_source'), 'explicit')
        COMMENT 'explicit: the event said so; otherwise the rule that found it',
    ADD COLUMN IF NOT EXISTS emotion_confidence Nullable(Float64)
        DEFAULT multiIf(emotion = '', NULL, JSONHas(properties, 'emotion_confidence'), JSONExtractFloat(properties, 'emotion_confidence'), 1.)
        COMMENT 'From 0 to 1; 1 when the event said so and named none'
