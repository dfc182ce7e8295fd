from tests.clickhouse_fixtures import embedded, migrated

__all__ = ["embedded", "migrated"]
