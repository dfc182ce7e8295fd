from tests.clickhouse_fixtures import database, embedded, empty, migrated

__all__ = ["database", "embedded", "empty", "migrated"]
