import pytest

from sinks.errors import SettingsError
from sinks.settings import ClickHouseSettings
from streams.settings import Settings


def refusal(**values: object) -> str:
    with pytest.raises(SettingsError) as error:
        Settings.read(**values)
    return str(error.value)


def test_brokers_may_be_written_as_urls() -> None:
    assert Settings.read(brokers="kafka://a:9092, b:9093").bootstrap == ["a:9092", "b:9093"]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_PARTITIONS", "3")
    assert Settings.read().partitions == 3


def test_a_bad_value_is_one_line_with_variable_value_and_cure() -> None:
    message = refusal(partitions="many")
    assert message.startswith("TOUCHSTREAM_PARTITIONS='many': ")
    assert message.split("Expected: ")[1].startswith("a whole number from 1 to 10,000: partitions of every topic")
    assert "\n" not in message


def test_a_broker_without_port_is_refused() -> None:
    assert "'localhost' is not host:port" in refusal(brokers="localhost")


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    assert f"'b:{port}' has a port that cannot be: they go from 1 to 65,535" in refusal(brokers=f"a:1,b:{port}")


@pytest.mark.parametrize("name", ["unacked_events", "fetch_bytes", "fetch_min_bytes"])
def test_a_number_that_kafka_cannot_say_is_refused(name: str) -> None:
    assert "less than or equal to 2147483647" in refusal(**{name: 99_999_999_999})


@pytest.mark.parametrize("name", ["connect_timeout_s", "write_timeout_s"])
@pytest.mark.parametrize("seconds", ["0.5", "inf", "nan", "1e300", "1e12"])
def test_a_wait_for_clickhouse_is_a_second_to_a_day(name: str, seconds: str) -> None:
    with pytest.raises(SettingsError, match=f"TOUCHSTREAM_CLICKHOUSE_{name.upper()}='{seconds}': .*to 86,400: seconds"):
        ClickHouseSettings.read(**{name: seconds})


def test_a_password_is_never_sent_in_clear() -> None:
    message = refusal(sasl_mechanism="SCRAM-SHA-512", sasl_username="u", sasl_password="p")  # noqa: S106 - not a secret
    assert "set TOUCHSTREAM_TLS=true" in message


@pytest.mark.parametrize("name", ["sasl_username", "sasl_password"])
@pytest.mark.parametrize("tls", [False, True])
def test_a_login_that_nobody_would_use_is_refused(name: str, tls: bool) -> None:
    assert f"TOUCHSTREAM_{name.upper()} is set without TOUCHSTREAM_SASL_MECHANISM" in refusal(**{name: "x"}, tls=tls)


def test_a_bad_password_is_not_repeated_in_the_message() -> None:
    assert "hunter" not in refusal(sasl_password=["hunter"])


def test_clients_get_no_security_options_without_tls() -> None:
    assert Settings.read(brokers="a:1").client_options() == {"bootstrap_servers": ["a:1"]}
