-- The stages of a journey in their order, as schemas/catalogue_parts.py has them.
CREATE OR REPLACE VIEW v_stages {on_cluster}
(
    stage       String COMMENT 'awareness, consideration, decision, purchase, post_purchase or service',
    stage_order UInt8  COMMENT 'Place of the stage in the journey, from 1'
)
AS SELECT
    stage,
    stage_order
FROM values(
    'stage String, stage_order UInt8',
    ('awareness', 1), ('consideration', 2), ('decision', 3), ('purchase', 4), ('post_purchase', 5), ('service', 6)
)
COMMENT 'Stages of a journey in their order'
