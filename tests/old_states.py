"""Changelogs as programs of each state version have left them: tests/cases/states/vN.ndjson, one record a line.

They hold what folding `events()` up to `INTERRUPTED` leaves: closed and open sessions, an expired one, answers and edits, notices, open,
missed and answered waits, a long conversation. When the version changes, before anything else: `python -m tests.old_states` with the
program that still writes the old one.
"""

import json
from base64 import b64decode, b64encode
from pathlib import Path

from schemas.envelope import Event
from schemas.feedback import SurveyAnswer
from schemas.topics import FEEDBACK, INTERACTIONS, Topic
from streams.changelog import EPOCH_BYTES
from streams.logic.policy import Policy
from streams.logic.wire import WIRE_VERSION
from tests import builders
from tests.builders import DAY, HOUR, MINUTE
from tests.pairs import System, record

FOLDER = Path(__file__).parent / "cases" / "states"
POLICY = builders.policy()
SUNDAY, MONDAY = builders.ms("00:00") - DAY, builders.ms("12:00")
PRODUCERS = {"customer_id": "c1", "segment": "retail", "variant": "B", "source": "newsletter"}


def events() -> list[list[Event]]:
    """What happened: on Sunday, on Monday morning, and after the interruption."""
    long_talk = [
        builders.ticket(action, f"09:{minute:02}", journey_id="talker", conversation="long", topic="bill", **PRODUCERS)
        for minute, action in enumerate(
            ["opened", *["customer_replied", "noted", "agent_replied"] * 3, "customer_replied"]
        )
    ]
    sunday = [
        builders.page_view(SUNDAY - 15 * DAY, journey_id="returning"),
        builders.ticket("opened", SUNDAY - 15 * DAY, journey_id="returning", conversation="old"),
    ]
    morning = named(
        "e1",
        [
            builders.page_view("09:00", journey_id="buyer", **PRODUCERS),
            builders.link_click("09:10", journey_id="buyer", channel="mail"),
            builders.purchase("09:20", journey_id="buyer"),
            builders.page_view("11:50", "product", journey_id="browser", automated=False, **PRODUCERS),
            builders.page_view("11:55", "nowhere", journey_id="browser"),
            builders.page_view("11:56", journey_id="robot", automated=True),
            builders.ticket("opened", "09:00", journey_id="patient"),
            builders.call("queued", "11:00", journey_id="caller"),
            builders.call("answered", "11:01", journey_id="caller"),
            builders.inbound("11:10", journey_id="caller"),
            builders.inbound("11:11", journey_id="caller"),
            *long_talk,
            builders.delivery("10:00", journey_id="critic"),
            builders.invitation("10:05", journey_id="critic", automated=True),
            builders.answer(3, "10:10", journey_id="critic", submission_id="s1"),
            builders.answer(4, "10:20", "csat", 5, journey_id="critic", polarity="reversed"),
            builders.mention(-0.5, "10:30", journey_id="critic"),
            builders.skipped("10:40", journey_id="critic"),
        ],
    )
    afterwards = [
        builders.page_view("09:40", "cart", journey_id="buyer"),  # late: a published session grows
        builders.page_view("12:10", "cart", journey_id="browser"),
        builders.outbound("12:20", journey_id="caller"),
        builders.ticket("agent_replied", "12:30", journey_id="talker", conversation="long"),
        builders.ticket("solved", "12:31", journey_id="talker", conversation="long"),
        builders.ticket("agent_replied", SUNDAY, journey_id="returning", conversation="old"),
        builders.page_view(SUNDAY - 15 * DAY, "cart", journey_id="returning"),  # older than what is remembered
        next(event for event in morning if event.type == "delivery"),  # again
        next(event for event in morning if event.type == "survey_answer"),
        builders.answer(9, "12:40", journey_id="critic", submission_id="s1"),
    ]
    return [named("e0", sunday), morning, named("e2", afterwards)]


def named(prefix: str, part: list[Event]) -> list[Event]:
    """Give events the names they always have; one that is repeated has one already."""
    return [
        event if "-" not in event.event_id else event.model_copy(update={"event_id": f"{prefix}.{number}"})
        for number, event in enumerate(part)
    ]


def topic_of(event: Event) -> Topic:
    return FEEDBACK if type(event).__module__ == SurveyAnswer.__module__ else INTERACTIONS


def fold(system: System, part: list[Event], now_ms: int) -> None:
    """Take in a part of the events, both topics in turn, and let time pass."""
    for side, topic in enumerate((INTERACTIONS, FEEDBACK)):
        chosen = [event for event in part if topic_of(event) is topic]
        first = system.offsets[side]
        if chosen:
            records = [record(event, first + n, received_ms=now_ms) for n, event in enumerate(chosen)]
            system.run(system.batch(topic, records, now_ms))
            system.offsets[side] += len(chosen)
    system.quiet(now_ms)
    system.tick(now_ms + MINUTE)


def until_interrupted(rules: Policy = POLICY) -> System:
    """Live until Monday noon."""
    sunday, morning, _ = events()
    system = System(rules, now_ms=SUNDAY)
    fold(system, sunday, SUNDAY)
    for hours in (1, 2, 3):  # rests, and expires
        system.tick(SUNDAY + hours * (HOUR + MINUTE))
    fold(system, morning, MONDAY)
    return system


def afterwards(system: System) -> None:
    """Live on to the end."""
    *_, rest = events()
    fold(system, rest, MONDAY + HOUR)
    system.tick(MONDAY + 2 * DAY)


def write(version: int, changelog: dict[bytes, bytes]) -> None:
    """Keep what a program of this version leaves."""
    lines = [
        json.dumps(
            {"key": key.decode("latin-1"), "record": b64encode((1).to_bytes(EPOCH_BYTES, "big") + value).decode()}
        )
        for key, value in sorted(changelog.items())
    ]
    (FOLDER / f"v{version}.ndjson").write_text("\n".join(lines) + "\n")


def read(version: int) -> dict[bytes, bytes]:
    """Records of a changelog, by key; each begins with the epoch of its writer."""
    lines = (FOLDER / f"v{version}.ndjson").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return {each["key"].encode("latin-1"): b64decode(each["record"]) for each in records}


if __name__ == "__main__":
    write(WIRE_VERSION, until_interrupted().changelog)
