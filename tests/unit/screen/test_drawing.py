from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args, get_type_hints

import pytest
from rich.console import Console

from sinks.tables import ROLLING_METRICS
from touchstream.screen.drawing import ROOM_FOR_COUNTS, draw, lines, span
from touchstream.screen.reading import COLUMNS, ROLLING_NOW, Progress
from touchstream.screen.scopes import Scope, Share, Snapshot

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def scope(kind: str = "overall", name: str = "", **values) -> Scope:
    numbers = {field.name: 0 for field in fields(Scope)} | {"response_p50_ms": None, "response_p95_ms": None}
    return Scope(**(numbers | {"scope_kind": kind, "scope": name, "oldest_open_at": None} | values))


SNAPSHOT = Snapshot(
    NOON,
    (
        scope(events=12_000, nps_answers=10, promoters=6, detractors=3, csat_answers=4, satisfied=3),
        scope(
            "channel",
            "phone",
            responses=40,
            response_p50_ms=12_000.0,
            response_p95_ms=95_000.0,
            targeted=40,
            within_target=30,
            breaches=10,
            open_waits=2,
            oldest_open_at=datetime(2026, 3, 2, 11, 57, tzinfo=UTC),
        ),
        scope("channel", "web", sessions=50, exits=20),
        *(scope("touchpoint", f"page_{n}", sessions=100, exits=n) for n in range(12)),
    ),
    events_per_second=1234.5,
    lag=7,
    notes=("worker restarted 1 times",),
)


def drawn(snapshot: Snapshot, width: int = 160) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 nobody reads it
    console.print(draw(snapshot, "Touchstream demo - ephemeral broker", ("Ask",), width=width))
    return console.export_text()


def test_the_view_shows_every_number_with_its_count():
    said = drawn(SNAPSHOT)
    for part in (
        *("ephemeral broker", "2026-03-02 12:00:00 UTC", "reading 1,234/s", "behind 7", "events in 24 h 12,000"),
        *("+30 (n=10)", "75% (n=4)", "worker restarted 1 times", "40% (n=50)", "12 s", "95 s", "75% (n=40)", "3.0 min"),
    ):
        assert part in said, said


@pytest.mark.parametrize("width", [80, ROOM_FOR_COUNTS - 1, ROOM_FOR_COUNTS])
def test_on_any_usual_terminal_a_channel_has_one_line_with_all_its_numbers(width):
    numbers = {"responses": 12_345, "response_p50_ms": 522_000.0, "response_p95_ms": 174_000.0}
    shares = {"targeted": 12_345, "within_target": 9_012, "csat_answers": 4_321, "satisfied": 2_506}
    phone = scope("channel", "delivery", sessions=45_678, exits=10_049, breaches=3_333, **numbers, **shares)
    said = drawn(Snapshot(NOON, (scope(events=1_234_567), phone)), width)
    [line] = [line for line in said.splitlines() if " delivery " in line]
    for part in ("12,345", "8.7 min", "2.9 min", "73%", "3,333", "58%", "22%"):
        assert part in line
    assert ("(n=45,678)" in line) == (width >= ROOM_FOR_COUNTS)
    assert "…" not in said


def test_where_everything_is_stands_above_what_a_low_terminal_cuts():
    said = drawn(SNAPSHOT).splitlines()
    assert "Ask" in said[2]


def test_the_view_names_the_touchpoints_that_lose_most_and_no_others():
    said = drawn(SNAPSHOT)
    assert [name for name in (f"page_{n}" for n in range(12)) if name in said.split()] == [
        f"page_{n}" for n in range(4, 12)
    ]


def test_nothing_is_shown_as_a_dash_and_not_as_zero_percent():
    said = drawn(Snapshot(NOON, (scope(),)))
    assert "- (n=0)" in said
    assert "%" not in said


def test_how_many_wait_may_be_unknown():
    phone = scope("channel", "phone", responses=40, open_waits=None)
    snapshot = Snapshot(NOON, (scope(open_waits=None), phone))
    assert "open -" in lines(snapshot)[-1]
    assert " phone " in drawn(snapshot)


def test_before_the_first_numbers_the_view_says_what_it_waits_for():
    said = drawn(Snapshot(NOON, notes=("ClickHouse: does not answer",)))
    assert "Waiting for the first numbers" in said
    assert "ClickHouse: does not answer" in said


def test_plain_lines_say_the_same_without_drawing():
    assert lines(SNAPSHOT) == [
        "2026-03-02T12:00:00Z  reading 1,234/s  behind 7  events in 24 h 12,000",
        "  note: worker restarted 1 times",
        "  satisfaction, 24 h: NPS +30 (n=10), CSAT 75% (n=4), CES -",
        "  phone: answered n=40 p50 12 s p95 95 s, breaches 10, open 2",
        "  exit page_11: 11% (n=100)",
        "  exit page_10: 10% (n=100)",
        "  exit page_9: 9% (n=100)",
    ]


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        *((None, "-"), (0, "0.0 s"), (1_234, "1.2 s"), (95_000, "95 s"), (180_000, "3.0 min"), (3_000_000, "50 min")),
        *((7_200_000, "2.0 h"), (40 * 3_600_000, "40 h"), (900 * 3_600_000, "38 d")),
    ],
)
def test_durations_are_said_as_people_say_them(ms, said):
    assert span(ms) == said


def test_a_share_of_nothing_is_unknown():
    assert Share(0, 0).percent is None
    assert Share(1, 4).percent == 25.0


def test_the_query_reads_every_column_of_a_scope():
    assert [
        line.strip().rstrip(",") for line in ROLLING_NOW.split("SELECT")[1].split("FROM")[0].split("\n") if line.strip()
    ] == list(COLUMNS)


def test_what_may_be_null_in_the_table_may_be_none_in_a_scope():
    may_be_null = {column.name for column in ROLLING_METRICS.columns if column.nullable}
    assert {name for name, kind in get_type_hints(Scope).items() if type(None) in get_args(kind)} == may_be_null & {
        *COLUMNS
    }


def test_the_rate_is_what_was_committed_between_two_looks():
    progress = Progress()
    assert progress.rate(10.0, 500) is None
    assert progress.rate(12.0, 700) == 100.0
    assert progress.rate(13.0, 700) == pytest.approx(30.0)
    assert progress.rate(14.0, 100) == pytest.approx(9.0)  # a rebalance can take a commit back
