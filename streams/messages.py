"""Messages to other topics, in the form their models give them."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from schemas import letters
from schemas.letters import DeadLetter
from schemas.topics import DEAD_LETTERS, PANES
from streams.logic.panes import ALL_TOLD, Pane
from streams.outbox import Message
from streams.placing import partition_of

_encoder = msgspec.msgpack.Encoder()
_home_of = lru_cache(maxsize=10_000)(partition_of)  # there are few scopes, and each has a pane a minute
_pane_decoder = msgspec.msgpack.Decoder(Pane)


def dead_letter_message(letter: DeadLetter, partitions: int) -> Message:
    """Address a dead letter. Its key is its origin, which a replay repeats."""
    key = letter.origin.encode()
    return Message(DEAD_LETTERS.name, partition_of(key, partitions), key, letters.encode(letter))


def pane_messages(panes: Iterable[Pane], source: int, partitions: int) -> list[Message]:
    """Panes of one source partition. All panes of a scope meet in one partition; each has its own key there, for compaction."""
    return [
        Message(
            PANES.name,
            home,
            key=f"{pane.scope_kind}|{pane.scope}|{source}|{pane.minute}".encode(),
            value=_encoder.encode(pane),
        )
        for pane in panes
        for home in _homes_of(pane, partitions)
    ]


def _homes_of(pane: Pane, partitions: int) -> Iterable[int]:
    if pane.minute == ALL_TOLD:
        return range(partitions)  # after everything this source has sent to each of them
    return (_home_of(f"{pane.scope_kind}|{pane.scope}".encode(), partitions),)


def read_pane(key: bytes, value: bytes) -> tuple[int, Pane]:
    """Read the source partition and the pane of a message that `pane_messages` made."""
    return int(key.rsplit(b"|", 2)[1]), _pane_decoder.decode(value)
