"""Dead letters that come back: each names where it was first, and only its first copy counts."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from streams.batching.batch import Record
from streams.store import Values

HEADER: Final = "touchstream-replay"
MARK: Final = b"\x00replay|"  # in front of the place where a letter was first

# Anybody may send a header, and what it says goes into keys, letters and headers of ours, which have their limits.
Natural = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
TopicName = Annotated[str, msgspec.Meta(pattern=r"^[a-zA-Z0-9._-]{1,249}\Z")]  # as Kafka has them


class Origin(msgspec.Struct, frozen=True):
    """Where a dead letter was first, and how often it has failed."""

    topic: TopicName
    partition: Natural
    offset: Natural
    attempts: Natural
    received_ms: Natural

    @property
    def mark(self) -> bytes:
        """Key of what a pair remembers of it."""
        return MARK + f"{self.topic}|{self.partition}|{self.offset}".encode()


def header_of(origin: Origin) -> tuple[str, bytes]:
    """Header of a message that is a letter sent again."""
    return HEADER, msgspec.json.encode(origin)


def origin_of(record: Record) -> Origin | None:
    """Where a message was first when it is a letter sent again, else None."""
    raw = dict(record.headers or ()).get(HEADER)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=Origin)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Replays:
    """The letters that came back to one pair, by where they were first; kept among the marks of its state.

    The command that sends them may be killed between the broker's acknowledgement and its own note, and then sends a
    letter again. A letter that failed once more may come back once more.
    """

    def __init__(self) -> None:
        self._taken: dict[bytes, tuple[int, int, int]] = {}  # mark: attempts, topic, offset of the copy that counts

    def take_over(self, marks: Mapping[bytes, bytes]) -> None:
        """Start from what the last owner left."""
        ours = {mark: raw for mark, raw in marks.items() if mark.startswith(MARK)}
        self._taken = {mark: msgspec.msgpack.decode(raw, type=tuple[int, int, int]) for mark, raw in ours.items()}

    def is_second_copy(self, origin: Origin, side: int, offset: int, states: Values) -> bool:
        """Whether another message with the same origin was taken already; one that is the first is written down."""
        attempts, *place = self._taken.get(origin.mark, (-1, -1, -1))
        if attempts > origin.attempts or (attempts == origin.attempts and place != [side, offset]):
            return True
        taken = self._taken[origin.mark] = (origin.attempts, side, offset)
        states[origin.mark] = msgspec.msgpack.encode(taken)
        return False
