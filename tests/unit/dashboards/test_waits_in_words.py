"""Classes of waits are called by their longest wait, never by a shorter one."""

import re
from pathlib import Path

from clickhouse_connect.driver.client import Client

import dashboards

SQL = (Path(dashboards.__file__).parent / "sql" / "satisfaction" / "by_wait.sql").read_text()
UNITS = {"s": 1, "min": 60, "h": 3600}


def test_no_label_is_shorter_than_the_longest_wait_of_its_class(database: Client) -> None:
    classes = "(SELECT 1000 * toInt64(exp2(number)) AS wait_to_ms, 1 AS answers, 5. AS score_mean FROM numbers(25))"
    asked = re.sub(r"FROM v_satisfaction_by_wait.*\nWHERE [^\n]*", f"FROM {classes}", SQL)
    labels = [label for label, _ in database.query(asked).result_rows]
    said = [sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+) (s|min|h)\b", label)) for label in labels]
    longest = [2**power for power in range(25)]
    assert all(0 <= label - wait < 60 for label, wait in zip(said, longest, strict=True)), labels
    assert said[:12] == longest[:12], "to the second below an hour"
    assert labels[14] == "up to 4 h 34 min (n 1)"
