"""A rebuild that waits for the workers: as long as they get on, and no longer."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from streams.changelog import EPOCH_BYTES, Replay
from streams.recutting import MARK, Standing
from streams.settings import Settings
from touchstream.errors import UserError
from touchstream.history import orders, rebuild
from touchstream.history.rebuild import Rebuild

RULES = SimpleNamespace(rules="today")
SOON_S = 2.0


class Changelog:
    """One partition; `grows` says what workers write before somebody looks for the n-th time."""

    def __init__(self, grows: Callable[[int], Standing | None] = lambda _: None) -> None:
        self.looks = 0
        self._grows = grows

    def __call__(self, *_: object) -> "Changelog":
        return self

    async def __aenter__(self) -> "Changelog":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def bounds(self) -> tuple[int, int]:
        return 0, 0

    def seek(self, offset: int) -> None: ...

    async def read_until(self, end: int, records: Replay) -> None: ...

    async def read_on(self, records: Replay, patience_s: float) -> None:
        if (standing := self._grows(self.looks)) is not None:
            records.apply(MARK, (1).to_bytes(EPOCH_BYTES, "big") + msgspec.msgpack.encode(standing), (), 0)
        self.looks += 1
        await asyncio.sleep(patience_s)


class Missing(Changelog):
    """A changelog that no worker has made."""

    async def bounds(self) -> tuple[int, int]:
        await asyncio.Event().wait()
        raise AssertionError


def standing(left: int, name: str = "r1", *, done: bool = False) -> Standing:
    return Standing(name, 7, "today", {}, done, left)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "PATIENCE_S", 0.2)
    monkeypatch.setattr(rebuild, "LOOK_S", 0.01)


async def obeyed(changelog: Changelog, monkeypatch: pytest.MonkeyPatch) -> Standing:
    monkeypatch.setattr(rebuild, "ChangelogReader", changelog)
    nothing: Any = None
    work = Rebuild("r1", nothing, Settings(brokers="nowhere:1"), nothing, nothing, RULES, {})  # type: ignore[arg-type]
    return (await asyncio.wait_for(work._obeyed(3), SOON_S))[0]


async def test_a_worker_that_gets_on_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Changelog(lambda look: standing(60 - look) if look < 60 else standing(0, done=True))
    assert (await obeyed(slow, monkeypatch)).done


async def test_a_rebuild_ends_when_whoever_has_taken_its_order_gets_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Changelog(lambda look: standing(900) if look == 0 else None)
    with pytest.raises(UserError, match=r"journeys-changelog\[3\].* 900 journeys .*run the same command again"):
        await obeyed(gone, monkeypatch)


async def test_workers_that_begin_again_and_again_do_not_get_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no further"):
        await obeyed(Changelog(lambda look: standing(900 - look % 3)), monkeypatch)


@pytest.mark.parametrize("changelog", [Changelog(), Missing()])
async def test_a_rebuild_ends_when_nobody_takes_its_order(
    changelog: Changelog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"no worker has taken the order in touchstream-journeys-changelog\[3\]"):
        await obeyed(changelog, monkeypatch)


async def test_a_rebuild_that_another_one_has_replaced_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"another rebuild.*--restart"):
        await obeyed(Changelog(lambda look: standing(0, "r2", done=True) if look == 0 else None), monkeypatch)
