"""Look at everything that can be checked, and again at what is only on its way."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from clickhouse_connect.driver.client import Client
from kafka.admin import KafkaAdminClient

from schemas.durations import MINUTE_MS
from streams.logic.policy import Policy
from touchstream.fading import faded_ms
from touchstream.verify.clock import clock_of
from touchstream.verify.compare import Clock, compare
from touchstream.verify.difference import Difference
from touchstream.verify.expected import Sent, expected_differences
from touchstream.verify.held import Held, JourneyFilter, faded_journeys, held_of
from touchstream.verify.ledger import Log, accounts_of, ledger_differences
from touchstream.verify.naive_facts import Facts
from touchstream.verify.reference import conclude
from touchstream.verify.rolling import Counted, told_windows

EVENTS_AT_ONCE: Final = 100_000  # of which the reference is held in memory
LOOK_AGAIN_S: Final = 2.0
FACTS: Final = "SELECT (SELECT count() FROM v_interactions) + (SELECT count() FROM v_answers)"
Progress = Callable[[int, int], None]  # how many parts of how many are done


@dataclass(slots=True)
class Verification:
    """One check of a running system."""

    client: Client
    admin: KafkaAdminClient
    group: str
    policy: Policy
    patience_s: float  # how long a difference must last to be one: rows are on their way all the time
    seen: Counter[str] = field(default_factory=Counter)  # how much was looked at
    faded: Counter[int] = field(default_factory=Counter)  # journeys that lack facts, by part: nothing was compared
    clock: Clock = field(default_factory=lambda: Clock(None, 0))

    def run(self, sent: Sequence[Sent], progress: Progress) -> Iterator[Difference]:
        """Yield every difference that lasts."""
        yield from lasting(lambda: self._ledger(sent), self.patience_s)
        self.clock = clock_of(self.client, Log.look(self.admin, self.group), self.policy, _now_ms())
        parts = 1 + int(self.client.query(FACTS).result_rows[0][0]) // EVENTS_AT_ONCE
        counted = self._counting()
        for part in range(parts):
            progress(part, parts)
            held, facts = self._read(part, parts)
            yield from self._lasting(part, parts, self._compare(part, parts, held, facts))
            self.seen.update({name: len(getattr(held, name)) for name in Held.__slots__})
            counted.add(facts)
        progress(parts, parts)
        yield from self._rolling(counted, parts, progress)

    def _ledger(self, sent: Sequence[Sent]) -> list[Difference]:
        log = Log.look(self.admin, self.group)  # before the accounts: what is committed by then must be there
        accounts = accounts_of(self.client)
        self.seen["partitions"] = len(accounts)
        differences = list(ledger_differences(accounts, log))
        return [*differences, *expected_differences(self.client, sent, accounts)] if sent else differences

    def _lasting(self, part: int, parts: int, first: list[Difference]) -> list[Difference]:
        def look() -> list[Difference]:
            return self._compare(part, parts, *self._read(part, parts))

        return lasting(look, self.patience_s, first)

    def _compare(self, part: int, parts: int, held: Held, facts: Facts) -> list[Difference]:
        faded = faded_journeys(self.client, JourneyFilter.share(part, parts), faded_ms(self.client, self.policy))
        self.faded[part] = len(faded)
        return compare(facts, held, self._clock_now(), faded)

    def _read(self, part: int, parts: int) -> tuple[Held, Facts]:
        held = held_of(self.client, JourneyFilter.share(part, parts))
        return held, conclude(once(held.interactions), once(held.feedback), self.policy)

    def _clock_now(self) -> Clock:
        return replace(self.clock, now_ms=_now_ms())

    def _counting(self) -> Counted:
        """Begin to count for windows that time has decided, and whose panes a worker that has just begun still keeps."""
        kept_from_ms = self.clock.now_ms - self.policy.pane_retention_ms + MINUTE_MS
        return Counted(self.clock.decided_ms or 0, kept_from_ms)

    def _rolling(self, counted: Counted, parts: int, progress: Progress) -> list[Difference]:
        """Compare the windows; where some differ, count everything anew, because late events change old windows."""

        def look() -> list[Difference]:
            again = self._counting()
            for part in range(parts):
                progress(part, parts)
                again.add(self._read(part, parts)[1])
            return list(again.compare(told_windows(self.client, again)))

        first = list(counted.compare(told_windows(self.client, counted)))
        self.seen["rolling windows"] = counted.compared
        return lasting(look, self.patience_s, first)


def lasting(
    look: Callable[[], list[Difference]], patience_s: float, first: list[Difference] | None = None
) -> list[Difference]:
    """Look until nothing is left, or what is left has stayed the same for the whole patience."""
    deadline = time.monotonic() + patience_s
    found = look() if first is None else first
    while found and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_S)
        again = set(look())
        found = [difference for difference in found if difference in again]
    return found


def once(events: Iterable[Any]) -> list[Any]:
    """Each event of a journey once, the first one."""
    return list({(event.journey_id, event.event_id): event for event in reversed(list(events))}.values())


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
