"""The journeys of one partition pair: their states, which of them are at hand, and when each of them needs the clock."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from streams import state_codec
from streams.logic.journey import Journey
from streams.logic.policy import Policy
from streams.logic.retention import next_act_ms
from streams.logic.watermark import BEFORE_ALL
from streams.logic.wire import WIRE_VERSION, NewerStateError
from streams.rest import Rest
from streams.store import States, Values

# What comes back soon is not decoded again. In memory a journey takes 7 times the bytes of its state, 5 kB as a rule.
AT_HAND: Final = 4_000
AT_HAND_BYTES: Final = 32_000_000
AT_ONCE: Final = BEFORE_ALL  # a due time that has come, whatever the time is


class Journeys:
    """Journeys by name. Who opens one keeps it afterwards; between the two nothing else may look at it."""

    def __init__(self, policy: Policy, *, at_hand_bytes: int = AT_HAND_BYTES) -> None:
        self._policy = policy
        self._states = States()
        self._agenda = self._states.agenda()
        self._rest = Rest(policy.state_linger_ms)
        # State whose time is over, but which was touched lately; with when the agenda looks at it all the same.
        self._overdue: dict[str, int | None] = {}
        self._at_hand: dict[str, Journey] = {}  # as in the states: decoded, because they were touched last
        self._at_hand_bytes = 0  # of their states
        self._at_hand_limit = at_hand_bytes

    def __len__(self) -> int:
        """How many journeys have state."""
        return len(self._states)

    def __contains__(self, journey_id: str) -> bool:
        return journey_id.encode() in self._states

    def __iter__(self) -> Iterator[str]:
        return self._states.journeys()

    def take_over(self, states: States, newer_than_ms: int, restore: Callable[[Journey], object]) -> None:
        """Take what the last owner left; `restore` gets every journey that has counted since that moment."""
        self._states = states
        self._agenda = states.agenda()
        for key, raw in states.items():
            if state_codec.version(raw) > WIRE_VERSION:  # found here or in the middle of the work
                raise NewerStateError(key.decode(), state_codec.version(raw))
            self._agenda.schedule(key, _due_of(raw))
            if state_codec.latest_ms(raw) >= newer_than_ms:
                restore(state_codec.decode(key.decode(), raw))

    def open(self, journey_id: str) -> Journey:
        """Return a journey that may change; a new one where there is no state."""
        return self._take(journey_id) or self.read(journey_id)

    def read(self, journey_id: str) -> Journey:
        """Return a journey as its state tells it."""
        raw = self._states.get(journey_id.encode())
        if raw is None:
            return Journey(journey_id)
        journey = state_codec.decode(journey_id, raw)
        journey.due_ms = _due_of(raw)
        return journey

    def size_of(self, journey_id: str) -> int:
        """Bytes of the state of a journey; 0 where there is none."""
        return len(self._states.get(journey_id.encode()) or b"")

    def keep(self, journey: Journey, watermark_ms: int, changed: Values) -> int:
        """Put a journey that was open back, and its state among those that have changed; return the bytes of it."""
        journey_id = journey.journey_id
        if journey.empty:
            self.forget(journey_id, changed)
            return 0
        key, known_ms = journey_id.encode(), journey.due_ms
        raw, due_ms = state_codec.encode(journey, self._policy)
        journey.due_ms = due_ms
        look_ms: int | None = due_ms
        self._states.put(key, raw)
        self._at_hand[journey_id] = journey
        journey.size = len(raw)
        self._at_hand_bytes += journey.size
        changed[key] = raw
        if due_ms <= watermark_ms:
            # What is over stays until the journey rests; what closes or is missed meanwhile does not wait for that.
            known_ms, look_ms = self._overdue.get(journey_id), next_act_ms(journey, self._policy)
            self._overdue[journey_id] = look_ms
        if look_ms is not None and (known_ms is None or not watermark_ms < known_ms <= look_ms):
            self._agenda.schedule(key, look_ms)  # else the agenda looks soon enough
        return len(raw)

    def forget(self, journey_id: str, changed: Values) -> None:
        """Remove a journey; a tombstone goes to the changelog."""
        key = journey_id.encode()
        self._states.put(key, None)
        self._take(journey_id)
        changed[key] = None

    def tidy(self) -> None:
        """Let those be bytes again that were touched longest ago."""
        count, size, too_many = len(self._at_hand), self._at_hand_bytes, []
        for journey_id, journey in self._at_hand.items():
            if count <= AT_HAND and size <= self._at_hand_limit:
                break
            too_many.append(journey_id)
            count, size = count - 1, size - journey.size
        for journey_id in too_many:
            self._take(journey_id)

    def touch(self, journey_ids: Iterable[str]) -> None:
        """Note that events of these journeys arrived just now."""
        self._rest.touch(journey_ids)

    def has_rested(self, journey_id: str) -> bool:
        """Whether a journey was left alone for as long as state that is over lingers."""
        return self._rest.has_rested(journey_id)

    def due(self, watermark_ms: int, limit: int, now_ms: int) -> list[str]:
        """Take up to `limit` journeys for which the clock has something to do, off the agenda. `now_ms` is wall clock."""
        if self._rest.turn(now_ms):
            for journey_id in self._overdue:
                self._agenda.schedule(journey_id.encode(), AT_ONCE)
            self._overdue.clear()
        found = [key.decode() for key in self._agenda.due(watermark_ms, limit, self._due_of)]
        for journey_id in found:
            self._overdue.pop(journey_id, None)  # its entry has been taken out, maybe before its time
        return found

    def _take(self, journey_id: str) -> Journey | None:
        """Take a journey out of those at hand."""
        journey = self._at_hand.pop(journey_id, None)
        if journey is not None:
            self._at_hand_bytes -= journey.size
        return journey

    def _due_of(self, key: bytes) -> int | None:
        raw = self._states.get(key)
        return None if raw is None else _due_of(raw)


def _due_of(raw: bytes) -> int:
    """When to look at a journey: one that an older program wrote does not know all that this one does, so at once."""
    return state_codec.due_ms(raw) if state_codec.version(raw) == WIRE_VERSION else AT_ONCE
