"""Whether ClickHouse holds what it must: a naive second opinion on every number."""
