-- From a column to what it means: SELECT * FROM v_definitions WHERE view = 'v_rolling' AND column = 'nps'.
CREATE OR REPLACE VIEW v_definitions {on_cluster}
(
    view       String COMMENT 'The view',
    column     String COMMENT 'Its column',
    definition String COMMENT 'Id of the definition, as in docs/metrics.md',
    name       String COMMENT 'Its name',
    unit       String COMMENT 'Unit of the number',
    meaning    String COMMENT 'What the number says',
    formula    String COMMENT 'How it is computed from columns beside it'
)
AS SELECT
    splitByChar('.', place)[1] AS view,
    splitByChar('.', place)[2] AS column,
    definition,
    name,
    unit,
    meaning,
    formula
FROM definitions FINAL
ARRAY JOIN shown_by AS place
COMMENT 'What the columns of the views mean, one row per column and definition'
