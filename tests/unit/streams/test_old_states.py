"""Promise: a new program goes on from the state that an older one has left, as if it had been there all the time."""

import subprocess
import sys
from pathlib import Path

import pytest

from sinks import tables
from streams import state_codec
from streams.changelog import EPOCH_BYTES
from streams.changelog import MARK as MARKS
from streams.logic import wire
from streams.logic.fold import Journey
from streams.logic.wire import WIRE_VERSION, upcast
from streams.pair import LAST_READ
from streams.store import new_memory_store
from tests import old_states
from tests.builders import HOUR
from tests.old_states import MONDAY, POLICY
from tests.pairs import System
from tests.unit.streams.test_any_batches import facts, panes

ROOT = Path(__file__).parents[3]
VERSIONS = range(1, WIRE_VERSION + 1)


def state_of(version: int) -> dict[bytes, bytes]:
    return {key: record[EPOCH_BYTES:] for key, record in old_states.read(version).items()}


def test_this_program_writes_what_is_kept_for_its_version() -> None:
    """If this fails, the form of states has changed: raise WIRE_VERSION, write an upcaster, and keep a changelog of the new version too."""
    written = old_states.until_interrupted().changelog
    del written[LAST_READ]  # no form of a state: releases of this version that do not know it pass over it
    assert written == state_of(WIRE_VERSION)


@pytest.mark.parametrize("version", VERSIONS)
def test_states_of_every_version_are_read(version: int) -> None:
    today = old_states.until_interrupted().changelog
    for key, raw in state_of(version).items():
        if not key.startswith(MARKS):
            journey_id = key.decode()
            old, new = state_codec.decode(journey_id, raw), state_codec.decode(journey_id, today[key])
            assert old.to_wire()[:6] == new.to_wire()[:6]
            assert {name: talk.story() for name, talk in old.dialogues.items()} == {
                name: talk.story() for name, talk in new.dialogues.items()
            }
            assert [answer[:7] for answer in old.answers] == [answer[:7] for answer in new.answers]


def test_an_upgrade_tells_of_waits_that_are_past_their_targets_already() -> None:
    """Version 1 knew of no alarms: every journey of it is looked at once, and written as this version has it."""
    heir = System(POLICY, now_ms=MONDAY + HOUR, new_store=new_memory_store, changelog=state_of(1))
    heir.quiet()
    heir.tick(MONDAY + 2 * HOUR)
    told = {(alert.kind.value, alert.who) for alert in heir.told if alert.state == "opened"}
    assert ("wait_escalation", "caller") in told
    assert {raw[16 + 1] for key, raw in heir.changelog.items() if not key.startswith(MARKS)} == {WIRE_VERSION}


@pytest.mark.parametrize("version", VERSIONS)
def test_going_on_from_an_old_changelog_gives_what_an_undisturbed_run_gives(version: int) -> None:
    undisturbed = old_states.until_interrupted()
    heir = System(POLICY, now_ms=MONDAY + HOUR, new_store=new_memory_store, changelog=state_of(version))
    heir.clickhouse, heir.offsets = old_states.until_interrupted().clickhouse, list(undisturbed.offsets)
    for system in (undisturbed, heir):
        old_states.afterwards(system)
    assert_same(heir, undisturbed)


def assert_same(heir: System, undisturbed: System) -> None:
    assert heir.clickhouse.concluded() == undisturbed.clickhouse.concluded()
    assert facts(heir.clickhouse) == facts(undisturbed.clickhouse)
    fates = [
        sorted((row["event_id"], row["fate"]) for row in system.clickhouse.alive(tables.SKIPPED))
        for system in (heir, undisturbed)
    ]
    assert fates[0] == fates[1] == [("e1.22", "duplicate"), ("e1.24", "duplicate")]
    kept_from = heir.pair.book._kept_from  # it is younger, and begins with younger minutes
    told = {place: parts for place, parts in panes(undisturbed.pair.book).items() if not 0 <= place[2] < kept_from}
    assert panes(heir.pair.book) == told
    journeys = [{key for key in system.changelog if not key.startswith(MARKS)} for system in (heir, undisturbed)]
    assert journeys[0] == journeys[1]


def test_versions_are_taken_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WIRE_VERSION", 3)
    steps = {1: lambda old: [2, *old[1:], "from 1"], 2: lambda old: [3, *old[1:], "from 2"]}
    assert upcast("j1", [1, "x"], steps) == [3, "x", "from 1", "from 2"]
    assert upcast("j1", [2, "x"], steps) == [3, "x", "from 2"]
    with pytest.raises(ValueError, match="the upcaster of version 1 must lead to 2, not to 1"):
        upcast("j1", [1], {1: lambda old: old})


def test_the_version_of_a_state_can_be_told_without_decoding_it() -> None:
    raw, _ = state_codec.encode(Journey("j1"), POLICY)
    assert state_codec.version(raw) == WIRE_VERSION


FROM_THE_FUTURE = """
import asyncio
from streams.ending import ending
from tests.old_states import POLICY
from tests.builders import DAY
from tests.pairs import NOW, System
from tests.unit.streams.test_old_states import from_the_future
from streams.process import set_up_logging
async def take_over(): System(POLICY, now_ms=NOW + 30 * DAY, changelog=from_the_future())
set_up_logging("INFO")
asyncio.run(ending(take_over)())
"""


def from_the_future() -> dict[bytes, bytes]:
    changelog = state_of(WIRE_VERSION)
    raw = bytearray(changelog[b"buyer"])
    raw[raw.index(WIRE_VERSION, 16)] = WIRE_VERSION + 8
    return changelog | {b"buyer": bytes(raw)}


def test_state_of_a_newer_program_ends_the_worker_with_one_line_and_a_cure() -> None:
    """Also where nobody would look at it before an event of that journey comes."""
    ended = subprocess.run(
        [sys.executable, "-c", FROM_THE_FUTURE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    [line] = ended.stderr.splitlines()
    assert (
        f"the state of journey 'buyer' has version {WIRE_VERSION + 8}, this program reads versions up to {WIRE_VERSION}"
        in line
    )
    assert "Start that one again, or begin anew, with a new TOUCHSTREAM_APP_ID and an empty database" in line
    assert ended.returncode == 2
