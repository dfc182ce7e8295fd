"""Customers as a case file tells them, through the real rules into the real engine, with one alert rule looking on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from clickhouse_connect.driver.client import Client
from faust.types import TP

from schemas.catalogue import Catalogue
from schemas.durations import duration_ms
from schemas.topics import DEAD_LETTERS, EVENTS, FEEDBACK, INTERACTIONS, PANES
from sinks.arrow import Row, encode
from sinks.rows import dead_letter_row
from sinks.tables import Table
from streams.agents.keep_dead_letters import letter_of
from streams.agents.merge_panes import Windows
from streams.batching.batch import Batch
from streams.committer import Effects
from streams.logic.policy import Policy
from streams.messages import pane_messages
from tests import builders, pairs
from tests.alerting.grafana import Transition, Watch
from tests.builders import DAY, Record

CASES = Path(__file__).parents[1] / "cases" / "alerts"
TODAY = builders.ms("35 0:00")  # a Monday with five weeks before it
KEYS = {"why", "rule", "catalogue", "events", "faults", "away", "look", "expect"}


@dataclass
class Case:
    """One story: what customers do, what breaks, and every change of the rule's state that somebody would see."""

    name: str
    rule: str
    catalogue: Catalogue
    events: list[tuple[int, Any]]  # by time: an event, or bytes that are none
    faults: list[tuple[int, str]]  # statements that break the stored data, or mend it
    away: tuple[int, int]  # when the workers stand still
    looks: tuple[int, int]
    expected: list[dict[str, Any]]


def at(written: str) -> int:
    """Milliseconds of '10:00' today, '-6 10:00' six days ago."""
    days, _, clock = written.rpartition(" ")
    return TODAY + int(days or 0) * DAY + builders.ms(clock) - builders.ms("0:00")


def read_case(path: Path, catalogue: Mapping[str, Any]) -> Case:
    told = yaml.safe_load(path.read_text())
    if stray := set(told) - KEYS:
        raise ValueError(f"{path}: a case does not know {sorted(stray)}")
    changed = {**catalogue, **{key: {**catalogue[key], **more} for key, more in told.get("catalogue", {}).items()}}
    away = told.get("away", {"from": "0:00", "until": "0:00"})
    return Case(
        name=path.stem,
        rule=told["rule"],
        catalogue=Catalogue.model_validate(changed),
        events=sorted((each for line in told["events"] for each in copies(line)), key=lambda each: each[0]),
        faults=[(at(each["at"]), each["sql"]) for each in told.get("faults", [])],
        away=(at(away["from"]), at(away["until"])),
        looks=(at(told["look"]["from"]), at(told["look"]["until"])),
        expected=told["expect"],
    )


def copies(line: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """What one line stands for: `times`, one `every` so often, and the same again so many `weeks` before. '#' is a number."""
    line = dict(line)
    begins, build, times = at(line.pop("at")), line.pop("do"), line.pop("times", 1)
    every, weeks = duration_ms(line.pop("every", "1s")), line.pop("weeks", [0])
    for week in weeks:
        for number in range(times):
            at_ms = begins + number * every - week * 7 * DAY
            fields = {key: _numbered(value, f"{week}-{number}") for key, value in line.items()}
            yield at_ms, b"no event" if build == "garbage" else getattr(builders, build)(at=at_ms, **fields)


def _numbered(value: Any, number: str) -> Any:
    return value.replace("#", number) if isinstance(value, str) else value


class Keeper:
    """Gathers rows until somebody looks: an insert for every minute of five weeks would take minutes."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rows: dict[Table, list[Row]] = {}

    def store(self, effects: Effects) -> None:
        for table, rows in effects.rows.items():
            self._rows.setdefault(table, []).extend(rows)

    def flush(self) -> None:
        for table, rows in self._rows.items():
            if rows:
                self._client.insert_arrow(table.name, encode(table, rows))
        self._rows.clear()


class Bench(pairs.System):
    """One pair with its panes, dead letters and windows, writing to a real engine."""

    def __init__(self, client: Client, policy: Policy, begins_ms: int) -> None:
        super().__init__(policy, now_ms=begins_ms)
        self.keeper = Keeper(client)
        self.clickhouse = self.keeper  # type: ignore[assignment]
        self.windows = Windows(0, 1, policy)

    def take(self, events: list[tuple[int, Any]]) -> None:
        """Let events come in their order, a batch a minute and topic, and the clock go with them."""
        for minute in sorted({at_ms // builders.MINUTE for at_ms, _ in events}):
            batch = [each for each in events if each[0] // builders.MINUTE == minute]
            for side, topic in enumerate(EVENTS):
                records = [self._record(each, side) for each in batch if topic_of(each[1]) == topic]
                if records:
                    self._keep(self.batch(topic, records, now_ms=records[-1].timestamp))
            self.pass_time(batch[-1][0])

    def pass_time(self, now_ms: int) -> None:
        self.quiet(now_ms)
        self.tick(now_ms)

    def publish(self, now_ms: int) -> None:
        """Tell the windows, and write everything that is waiting to be written."""
        sent = pane_messages(self.pair.publish(), 0, 1)
        records = [Record(0, now_ms, message.key, message.value) for message in sent]
        self.windows.put(Batch(TP(PANES.name, 0), records, 0, 1))
        while (effects := self.windows.emit(now_ms)) is not None:
            self.keeper.store(effects)
        self.keeper.flush()

    def _record(self, event: tuple[int, Any], side: int) -> Record:
        at_ms, told = event
        self.offsets[side] += 1
        if isinstance(told, bytes):
            return Record(self.offsets[side] - 1, at_ms, b"nobody", told)
        return pairs.record(told, self.offsets[side] - 1, received_ms=at_ms)

    def _keep(self, effects: Effects) -> None:
        letters = [message for message in effects.before if message.topic == DEAD_LETTERS.name]
        self.run(effects)
        batch = Batch(TP(DEAD_LETTERS.name, 0), [], 0, 1)
        rows = [dead_letter_row(letter_of(Record(0, 0, each.key, each.value), batch)) for each in letters]
        self.keeper.store(Effects(rows={pairs.tables.DEAD_LETTERS: rows}))


def topic_of(event: Any) -> Any:
    return FEEDBACK if hasattr(event, "submission_id") else INTERACTIONS


def play(client: Client, case: Case, watch: Watch) -> list[Transition]:
    """Let the story happen, look as often as the group of the rule says, and return what changed."""
    bench = Bench(client, Policy.of(case.catalogue), case.events[0][0])
    events, faults, seen = list(case.events), list(case.faults), []
    for now_ms in range(case.looks[0], case.looks[1] + 1, watch.every_ms):
        if not case.away[0] <= now_ms < case.away[1]:
            bench.take([each for each in events if each[0] <= now_ms])
            events = [each for each in events if each[0] > now_ms]
            bench.pass_time(now_ms)
            bench.publish(now_ms)
        for _, sql in [each for each in faults if each[0] <= now_ms]:
            client.command(sql)
        faults = [each for each in faults if each[0] > now_ms]
        seen += watch.look(client, now_ms)
    bench.close()
    return seen


def told(transition: Transition) -> dict[str, Any]:
    """A change in the form of a case file."""
    days, ms = divmod(transition.at_ms - TODAY, DAY)
    clock = re.sub(r"^0 ", "", f"{days} {ms // builders.HOUR}:{ms // builders.MINUTE % 60:02}")
    return {"at": clock, "state": transition.state, **transition.labels}
