from tests.clickhouse_fixtures import any_clickhouse, clickhouse, clickhouse_host, empty_clickhouse

__all__ = ["any_clickhouse", "clickhouse", "clickhouse_host", "empty_clickhouse"]
