-- What the numbers mean, copied by `touchstream migrate`, so that a column of a view leads to its definition in SQL too.
CREATE TABLE IF NOT EXISTS definitions {on_cluster}
(
    definition String         COMMENT 'Id of the definition',
    name       String         COMMENT 'Its name',
    unit       String         COMMENT 'Unit of the number',
    meaning    String         COMMENT 'What the number says',
    formula    String         COMMENT 'How it is computed from columns beside it',
    shown_by   Array(String)  COMMENT 'Columns that show it, as view.column',
    version    UInt64         COMMENT 'The highest version of a definition is the valid row',
    is_deleted UInt8          COMMENT '1: no longer defined'
)
ENGINE = {engine}(version, is_deleted)
ORDER BY definition
COMMENT 'Definitions of the numbers; read v_definitions'
