"""Versions of a journey's state: what an older program has written becomes what this one reads."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Wire = list[Any]  # what `Journey.to_wire` says, decoded: the version, then what that version has to say
Upcaster = Callable[[Wire], Wire]

WIRE_VERSION: Final = 3
QUIET: Final = 0
UNREAD: Final = -1  # as in `dialogues.py`
AT_ONCE: Final = 0


def _alarms_and_marks(wire: Wire) -> Wire:
    """Version 2 knows what was told of a wait, what is bad about a conversation, and what an answer is about.

    Conversations are looked at as soon as the clock can: what they say is read off their moments again.
    """
    _, *fences_and_more, talks, answers = wire
    for name, (waiting, due_ms, _, base, tail, moments) in talks.items():
        talks[name] = [waiting, due_ms, QUIET, AT_ONCE, UNREAD, base, tail, moments]
    return [2, *fences_and_more, talks, [_with_subject(answer) for answer in answers], []]


def _used_promises(wire: Wire) -> Wire:
    """Version 3 knows whether a promise was used up by an answer; of long conversations nobody has noted it."""
    _, *fences_and_more, talks, answers, kept = wire
    for *_, base, tail, _ in talks.values():
        for thread in (base, tail):
            if thread is not None:
                thread.append(False)
    return [3, *fences_and_more, talks, answers, kept]


def _with_subject(answer: Wire) -> Wire:
    """Say what the counts tell of the metric; what may be a review or a mention is neither. Each question is a subject of its own."""
    counts, question = answer[6], answer[5]
    metrics = [metric for metric in ("nps", "csat", "ces") if f"{metric}_answers" in counts]
    return [*answer, metrics[0] if metrics else "", question, question, []]


# From a version to the next one. An old entry stays for as long as somebody may come from that version; tests/old_states.py keeps
# a changelog of each.
UPCASTERS: Final[dict[int, Upcaster]] = {1: _alarms_and_marks, 2: _used_promises}


BEGIN_ANEW: Final = (
    "begin anew, with a new TOUCHSTREAM_APP_ID and an empty database, from the events that the topics still have "
    "(docs/running.md, Beginning anew)"
)


class NewerStateError(Exception):
    """State was written by a newer program than this one."""

    def __init__(self, journey_id: str, version: int) -> None:
        super().__init__(
            f"the state of journey {journey_id!r} has version {version}, this program reads versions up to {WIRE_VERSION}: a newer "
            f"Touchstream has written it. Start that one again, or {BEGIN_ANEW}"
        )


def upcast(journey_id: str, wire: Wire, upcasters: Mapping[int, Upcaster] = UPCASTERS) -> Wire:
    """Bring the state of a journey to the version of this program, one version at a time."""
    while wire[0] != WIRE_VERSION:
        version = wire[0]
        if version > WIRE_VERSION:
            raise NewerStateError(journey_id, version)
        wire = upcasters[version](wire)
        if wire[0] != version + 1:
            raise ValueError(f"the upcaster of version {version} must lead to {version + 1}, not to {wire[0]}")
    return wire
