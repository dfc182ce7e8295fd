import pytest

from sinks.errors import SettingsError
from streams.settings import load_settings


def refusal(**values: object) -> str:
    with pytest.raises(SettingsError) as error:
        load_settings(**values)
    return str(error.value)


def test_brokers_may_be_written_as_urls() -> None:
    assert load_settings(brokers="kafka://a:9092, b:9093").bootstrap == ["a:9092", "b:9093"]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_PARTITIONS", "3")
    assert load_settings().partitions == 3


def test_a_bad_value_is_one_line_with_variable_value_and_cure() -> None:
    message = refusal(partitions="many")
    assert message.startswith("TOUCHSTREAM_PARTITIONS='many': ")
    assert message.split("Expected: ")[1].startswith("a whole number from 1 to 10,000: partitions of every topic")
    assert "\n" not in message


def test_a_broker_without_port_is_refused() -> None:
    assert "'localhost' is not host:port" in refusal(brokers="localhost")


def test_a_password_is_never_sent_in_clear() -> None:
    message = refusal(sasl_mechanism="SCRAM-SHA-512", sasl_username="u", sasl_password="p")  # noqa: S106 - not a secret
    assert "set TOUCHSTREAM_TLS=true" in message


def test_a_bad_password_is_not_repeated_in_the_message() -> None:
    assert "hunter" not in refusal(sasl_password=["hunter"])


def test_clients_get_no_security_options_without_tls() -> None:
    assert load_settings(brokers="a:1").client_options() == {"bootstrap_servers": ["a:1"]}
