"""Versions of a journey's state: what an older program has written becomes what this one reads."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Wire = list[Any]  # what `Journey.to_wire` says, decoded: the version, then what that version has to say
Upcaster = Callable[[Wire], Wire]

WIRE_VERSION: Final = 1

# From a version to the next one. An old entry stays for as long as somebody may come from that version; tests/old_states.py keeps
# a changelog of each.
UPCASTERS: Final[dict[int, Upcaster]] = {}


class NewerStateError(Exception):
    """State was written by a newer program than this one."""

    def __init__(self, journey_id: str, version: int) -> None:
        super().__init__(
            f"the state of journey {journey_id!r} has version {version}, this program reads versions up to {WIRE_VERSION}: a newer "
            "Touchstream has written it. Start that one again, or set a new TOUCHSTREAM_APP_ID to build the state anew from "
            "the events that the topics still have"
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
