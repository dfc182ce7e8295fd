"""Names that depend on facts only: the same event, session or wait has the same 64-bit id in every run."""

from collections.abc import Iterable
from hashlib import sha256

from xxhash import xxh3_64_intdigest

# Identifiers never contain NUL (see `Identifier`), so joined parts cannot be read in two ways.
SEPARATOR = "\x00"


def event_hash(event_id: str) -> int:
    """Place of an event among events of the same millisecond."""
    return xxh3_64_intdigest(event_id.encode())


def event_hashes(event_ids: Iterable[str]) -> list[int]:
    """`event_hash` of many events: half the time."""
    return [xxh3_64_intdigest(event_id.encode()) for event_id in event_ids]


def session_id(journey_id: str, started_ms: int) -> int:
    """Id of the session that a journey began at a moment."""
    return xxh3_64_intdigest(f"{journey_id}{SEPARATOR}{started_ms}".encode())


def wait_id(journey_id: str, conversation_id: str, asked_ms: int) -> int:
    """Id of the wait that began when a customer asked something in a conversation."""
    return xxh3_64_intdigest(f"{journey_id}{SEPARATOR}{conversation_id}{SEPARATOR}{asked_ms}".encode())


def case_id(journey_id: str, question: int) -> int:
    """Id of the rescue of a journey that a detractor's answer to a question opened: an edit of it is the same answer."""
    return xxh3_64_intdigest(f"{journey_id}{SEPARATOR}{question}".encode())


def alert_id(kind: str, *about: str | int) -> str:
    """Id of the alert of a kind about something: the same whoever tells it, and however often."""
    return f"{kind}-{xxh3_64_intdigest(SEPARATOR.join(map(str, about)).encode()):016x}"


def erasure_hash(journey_id: str | bytes) -> str:
    """Name under which an erased journey is remembered: only who knows the journey's id can tell whose it is."""
    name = journey_id.encode() if isinstance(journey_id, str) else journey_id
    return sha256(b"touchstream" + SEPARATOR.encode() + name).hexdigest()
