"""The totals of the peers' job in the slow and obvious way: sort everything, look at each journey as a whole."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec

from benchmarks.peer_jobs.job import GAP_MS, as_totals
from streams.outbox import Message


def totals_of(messages: Iterable[Message]) -> dict[str, Any]:
    """What every contender must come to."""
    touchpoints: Counter[str] = Counter()
    journeys: defaultdict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for message in messages:
        event = msgspec.json.decode(message.value or b"")
        touchpoints[event["touchpoint"]] += 1
        if event["type"] != "survey_answer":
            at_ms = round(datetime.fromisoformat(event["occurred_at"]).timestamp() * 1000)
            journeys[event["journey_id"]].append((at_ms, event["event_id"], event.get("direction", "")))
    sums = Counter[str]()
    for events in journeys.values():
        events.sort()
        _add_sessions([at_ms for at_ms, _, _ in events], sums)
        _add_waits([(at_ms, direction) for at_ms, _, direction in events if direction], sums)
    return as_totals((sums["sessions"], sums["session_ms"], sums["waits"], sums["waited_ms"]), touchpoints)


def _add_sessions(times: list[int], sums: Counter[str]) -> None:
    pauses = [later - sooner for sooner, later in pairwise(times)]
    sums["sessions"] += 1 + sum(pause > GAP_MS for pause in pauses)
    sums["session_ms"] += sum(pause for pause in pauses if pause <= GAP_MS)


def _add_waits(talk: list[tuple[int, str]], sums: Counter[str]) -> None:
    while (asked := next((place for place, (_, said) in enumerate(talk) if said == "inbound"), None)) is not None:
        replied = next((place for place in range(asked, len(talk)) if talk[place][1] == "outbound"), None)
        if replied is None:
            return
        sums["waits"] += 1
        sums["waited_ms"] += talk[replied][0] - talk[asked][0]
        talk = talk[replied + 1 :]
