-- Transactional and relational answers are never mixed. An answer names the touchpoint it is about, so it is transactional
-- unless its event says otherwise. Computed from what the event carried, for rows that are there already too.
ALTER TABLE answers {on_cluster}
    ADD COLUMN IF NOT EXISTS occasion LowCardinality(String)
    MATERIALIZED if(JSONExtractString(properties, 'occasion') = 'relational', 'relational', 'transactional')
    COMMENT 'transactional: about a contact; relational: about the company as a whole'
    AFTER easy
