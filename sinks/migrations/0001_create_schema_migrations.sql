-- What has been applied to this database. The runner executes this file first, every time.
CREATE TABLE IF NOT EXISTS schema_migrations {on_cluster}
(
    name       String                  COMMENT 'File name, without .sql',
    checksum   String                  COMMENT 'SHA-256 of the file when it was applied',
    applied_at DateTime64(3, 'UTC')    COMMENT 'When it was applied'
)
ENGINE = {engine}(applied_at)
ORDER BY name
COMMENT 'Migrations and views that were applied, with the checksum of their file'
