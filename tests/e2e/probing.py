"""A worker whose metrics port is asked, and what it answers."""

import re
import subprocess
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from streams.batching.app import EXIT_BUG
from tests.e2e.system import System
from tests.e2e.trouble import Stream
from touchstream.brokers.processes import free_port

STUCK_WORKER = Path(__file__).parent / "stuck_worker.py"


class Probe:
    """One worker and its port."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, number: int) -> None:
        self.process = process
        self.port = port
        self.number = number

    def ask(self, path: str) -> tuple[int, str]:
        """Status and text of an answer; 0 and the reason where there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError as error:
            return 0, str(error)

    def ready(self) -> bool:
        """Whether it works on its share."""
        return self.ask("/ready") == (200, "ready\n")

    def by(self, label: str, name: str, **labels: str) -> Counter[str]:
        """Values of one metric by one of its labels, of the series with the given labels."""
        values: Counter[str] = Counter()
        status, text = self.ask("/metrics")
        assert status == HTTPStatus.OK, text
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    values[sample.labels.get(label, "")] += sample.value  # type: ignore[assignment]
        return values

    def total(self, name: str, **labels: str) -> float:
        """Sum of one metric over the series with the given labels."""
        return sum(self.by("", name, **labels).values())


@contextmanager
def probed_worker(system: System, **environment: str) -> Iterator[Probe]:
    """A worker that works; it is told to end when the block does."""
    port, number = free_port(), len(system.workers)
    process = system.start_worker(TOUCHSTREAM_METRICS_PORT=str(port), **environment)
    probe = Probe(process, port, number)
    try:
        system.until(probe.ready, "the worker is ready", 40)
        yield probe
    finally:
        process.terminate()
        process.wait(30)


def last_words(system: System, stuck_in: str, events: Stream) -> str:
    """Let a worker get stuck; return the one line with which it ended."""
    number = len(system.workers)
    worker = system.start_worker(STUCK_WORKER, TEST_STUCK_IN=stuck_in)
    with events.flowing(system, seconds=4):
        assert worker.wait(60) == EXIT_BUG, system.said(number)[-3000:]
    [line] = [line for line in system.said(number).splitlines() if "CRITICAL" in line]
    assert "stuck: no progress for " in line
    assert re.search(r"pair 3: .*, last .+; under way: .*; pending \d+ rows, \d+ turns committed", line), line
    assert "Traceback" not in system.said(number)
    return line
