import pytest

from sinks.errors import SettingsError
from sinks.settings import ClickHouseSettings, Embedded, Server


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("chdb:///var/lib/touchstream", Embedded("/var/lib/touchstream")),
        ("chdb:///with%20space", Embedded("/with space")),
        ("chdb://memory", Embedded(None)),
        ("http://ch", Server("ch", 8123, False, "default", "", "default")),
        ("https://ch/db", Server("ch", 8443, True, "default", "", "db")),
        ("http://u:p%40@ch:1/db", Server("ch", 1, False, "u", "p@", "db")),
    ],
)
def test_an_address_says_what_to_open(url: str, target: Embedded | Server) -> None:
    assert ClickHouseSettings(url=url).target == target


def test_user_and_password_may_come_apart_from_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", "https://ch/db")
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_USER", "writer")
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_PASSWORD", "hush")
    settings = ClickHouseSettings.read()
    assert settings.target == Server("ch", 8443, True, "writer", "hush", "db")
    assert "hush" not in f"{settings!r} {settings.target}"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "URL",
            "ftp://u:secret@ch",
            r"^TOUCHSTREAM_CLICKHOUSE_URL: ftp://ch is not an address of ClickHouse. Expected: chdb://",
        ),
        ("URL", "u:secret@ch:8123/db", r"^TOUCHSTREAM_CLICKHOUSE_URL: ch:8123/db is not an address of ClickHouse"),
        ("URL", "jdbc://ch/db?password=secret", r"^TOUCHSTREAM_CLICKHOUSE_URL: jdbc://ch/db is not an address"),
        ("URL", "http://u:secret/1@ch/db", r"^TOUCHSTREAM_CLICKHOUSE_URL: http://ch/db is not an .*; in .* / is %2F, "),
        ("URL", "http://u:secret#1@ch:1/db", r"^TOUCHSTREAM_CLICKHOUSE_URL: http://ch:1/db is not an address"),
        ("URL", "http://u:secret://1@ch/db", r"^TOUCHSTREAM_CLICKHOUSE_URL: http://ch/db is not an address"),
        ("URL", "http://u:secret\u2100@ch/db", r"^TOUCHSTREAM_CLICKHOUSE_URL: http://ch/db is not an address"),
        ("URL", "http://ch:99999/db", r"^TOUCHSTREAM_CLICKHOUSE_URL: http://ch:99999/db is not an address"),
        ("URL", "localhost:8123", r"^TOUCHSTREAM_CLICKHOUSE_URL: .*not an address"),
        ("URL", "chdb://", r"^TOUCHSTREAM_CLICKHOUSE_URL: .*names no directory"),
        ("URL", "chdb://relative/path", r"^TOUCHSTREAM_CLICKHOUSE_URL: .*names no directory"),
        ("CLUSTER", "a'b", r"^TOUCHSTREAM_CLICKHOUSE_CLUSTER=\"a'b\": "),
        (
            "WRITE_TIMEOUT_S",
            "0",
            r"^TOUCHSTREAM_CLICKHOUSE_WRITE_TIMEOUT_S='0': .* Expected: a number from 1 to 86,400: ",
        ),
        ("QUORUM", "1", r"^TOUCHSTREAM_CLICKHOUSE_QUORUM='1': .* Expected: auto or a whole number from 2 to 100: "),
        ("CA_FILE", "/nope", r"^TOUCHSTREAM_CLICKHOUSE_CA_FILE='/nope': no certificate can be read from this file"),
    ],
)
def test_a_bad_value_is_one_line_with_variable_and_cure(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"TOUCHSTREAM_CLICKHOUSE_{variable}", value)
    with pytest.raises(SettingsError, match=message) as caught:
        ClickHouseSettings.read()
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sharded": True}, r"^TOUCHSTREAM_CLICKHOUSE_SHARDED needs TOUCHSTREAM_CLICKHOUSE_CLUSTER"),
        ({"cluster": "main"}, r"^TOUCHSTREAM_CLICKHOUSE_CLUSTER alone gives each node rows the others do not know"),
        ({"cluster": "main", "replicated": True, "url": "chdb://memory"}, r"names the embedded engine, which is alone"),
    ],
)
def test_nodes_that_would_not_know_each_others_rows_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        ClickHouseSettings.read(**values)
