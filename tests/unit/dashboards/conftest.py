from tests.clickhouse_fixtures import database

__all__ = ["database"]
