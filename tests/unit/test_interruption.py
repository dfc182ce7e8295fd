"""SIGTERM and a closed terminal end a command as Ctrl-C does: it says how far it came, and what stands in `finally` is done."""

import signal
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from touchstream.cli import cli
from touchstream.interruption import Interruption, as_by_ctrl_c

OTHERS = [signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Begin as at a terminal, and put back what was there."""
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, *OTHERS)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.mark.parametrize("name", OTHERS)
def test_a_command_hears_them_all(name: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("touchstream.commands.sql.client_of", lambda *_: signal.raise_signal(name))
    result = CliRunner().invoke(cli, ["sql", "SELECT 1"], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (130, "touchstream: interrupted\n")


@pytest.mark.parametrize("name", OTHERS)
def test_a_step_that_must_not_be_cut_is_not_cut_by_them_either(name: int) -> None:
    with as_by_ctrl_c(), Interruption() as interruption:
        signal.raise_signal(name)
        # here the step goes on
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


@pytest.mark.parametrize("name", OTHERS)
def test_where_ctrl_c_is_ignored_as_in_the_background_of_a_script_they_still_end(name: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with pytest.raises(KeyboardInterrupt), as_by_ctrl_c():
        signal.raise_signal(name)


def test_what_the_parent_has_had_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with as_by_ctrl_c():
        signal.raise_signal(signal.SIGHUP)


def test_the_handlers_of_before_come_back() -> None:
    before = [signal.getsignal(name) for name in OTHERS]
    with as_by_ctrl_c():
        assert [signal.getsignal(name) for name in OTHERS] != before
    assert [signal.getsignal(name) for name in OTHERS] == before
