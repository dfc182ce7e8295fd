import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.durations import DAY_MS
from touchstream import demo as demo_module
from touchstream.brokers.processes import BrokerDidNotStart, free_port
from touchstream.catalogue import catalogue_of_the_demo
from touchstream.commands import demo as demo_command
from touchstream.commands.simulate import command as simulate
from touchstream.demo import MOST_RESTARTS, Demo, Plan, running
from touchstream.errors import UserError

PLAN = Plan(
    Path(__file__).parents[2] / "touchpoints.yaml", port=8123, page_port=8080,
    history_ms=42 * DAY_MS, rate=0.045, live_rate=0.3, seed=1, customers=True,
)  # fmt: skip


class FakeServer:
    """A process that only remembers."""

    def __init__(self, name: str, said: list[str]) -> None:
        self.name = name
        self.running = True
        self._said = said

    def start(self) -> None:
        self.running = True
        self._said.append(f"start {self.name}")

    def stop(self, patience_s: float = 0) -> None:
        self._said.append(f"stop {self.name}")

    def last_words(self) -> str:
        return ""


@pytest.fixture
def demo(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_module, "RESTART_AFTER_S", 0.0)
    demo = Demo(replace(PLAN, port=free_port(), page_port=free_port()), tmp_path)
    demo.said = []
    for name in ("_host", "_page", "_worker", "_customers"):
        setattr(demo, name, FakeServer(name.strip("_"), demo.said))
    demo._broker.server = FakeServer("broker", demo.said)
    return demo


def test_the_boards_have_a_port_of_their_own(tmp_path):
    port = free_port()
    with pytest.raises(UserError, match=f"--port and --page-port are both {port}"):
        Demo(replace(PLAN, port=port, page_port=port), tmp_path).start(lambda line: None)


def test_a_port_that_is_taken_is_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for plan, option in (
            (replace(PLAN, port=port), "--port"),
            (replace(PLAN, port=free_port(), page_port=port), "--page-port"),
        ):
            with pytest.raises(
                UserError, match=rf"port {port} of 127.0.0.1 is in use; .* choose another with {option}$"
            ):
                Demo(plan, tmp_path).start(lambda line: None)


def test_its_customers_are_told_the_history_in_a_form_they_read(demo):
    options = demo._customer_options()
    told = simulate.make_context("simulate", options).params
    assert (told["history"], told["rate"], told["live_rate"], told["seed"]) == (42 * DAY_MS, 0.045, 0.3, 1)


def test_those_who_write_end_before_those_who_are_written_to(demo):
    demo.stop()
    assert demo.said == ["stop customers", "stop worker", "stop page", "stop host", "stop broker"]


def test_a_worker_that_ends_is_started_again_but_not_for_ever(demo):
    for number in range(MOST_RESTARTS):
        demo._worker.running = False
        assert demo.watch() == ("worker has ended, starting it again",)
        assert demo.watch() == (f"worker restarted {number + 1} times",)
    demo._worker.running = False
    with pytest.raises(BrokerDidNotStart, match="worker ended 6 times"):
        demo.watch()
    assert demo.said == ["start worker"] * MOST_RESTARTS


@pytest.mark.parametrize("part", ["_host", "_page", "_customers"])
def test_anything_else_that_ends_is_an_error(demo, part):
    getattr(demo, part).running = False
    with pytest.raises(BrokerDidNotStart, match=f"{part.strip('_')} has ended"):
        demo.watch()


def test_without_customers_nobody_is_missed(demo, monkeypatch):
    monkeypatch.setattr(demo, "_plan", replace(demo._plan, customers=False))
    demo._customers.running = False
    assert demo.watch() == ()


def test_the_children_see_no_setting_of_the_shell(demo, monkeypatch):
    monkeypatch.setenv("TOUCHSTREAM_SASL_USERNAME", "production")
    monkeypatch.setenv("TOUCHSTREAM_BROKERS", "production:9092")
    environment = demo._environment()
    assert "production" not in " ".join(environment.values())
    assert environment["TOUCHSTREAM_BROKERS"] == demo.settings.brokers


@pytest.mark.parametrize("ending", [KeyboardInterrupt, UserError("x"), None])
def test_however_it_ends_everything_is_stopped_and_the_folder_goes(demo, monkeypatch, tmp_path, ending):
    folder = tmp_path / "demo"
    monkeypatch.setattr(demo_module.tempfile, "mkdtemp", lambda prefix: str(folder))
    monkeypatch.setattr(demo_module, "Demo", lambda plan, folder: demo)
    monkeypatch.setattr(Demo, "start", lambda self, say: folder.mkdir())
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]

    def run() -> None:
        with running(PLAN, lambda line: None):
            assert folder.exists()
            if ending is not None:
                raise ending

    if ending is None:
        run()
    else:
        with pytest.raises(type(ending) if isinstance(ending, Exception) else ending):
            run()
    assert demo.said[-1] == "stop broker"
    assert not folder.exists()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == handlers


def test_the_hint_names_the_command_as_another_terminal_finds_it(monkeypatch, tmp_path):
    assert our_name(on_path="/usr/bin/touchstream", monkeypatch=monkeypatch) == "touchstream"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo_command.sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert our_name(on_path=None, monkeypatch=monkeypatch) == ".venv/bin/touchstream"


def our_name(*, on_path, monkeypatch):
    monkeypatch.setattr(demo_command.shutil, "which", lambda name: on_path)
    return demo_command.our_name()


def test_the_demo_has_a_catalogue_wherever_it_is_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "mine.yaml"
    own.write_text("")
    assert catalogue_of_the_demo(own) == own
    assert catalogue_of_the_demo(Path("touchpoints.yaml")).exists()
