"""Parts by minute and scope. Minutes that are long over stay as bytes: a day of them takes a quarter of the memory."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from streams.logic.parts import Parts
from streams.logic.policy import Scope

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(list[list[int]]).decode


class PaneStore:
    """Minutes are counted since 1970."""

    def __init__(self) -> None:
        self._minutes: dict[int, dict[Scope, Parts | bytes]] = {}
        self._packed_before = 0

    def __iter__(self) -> Iterator[tuple[int, Scope]]:
        return ((minute, scope) for minute, panes in self._minutes.items() for scope in panes)

    def open(self, minute: int, scope: Scope) -> Parts:
        """Return parts that are about to change; new ones where there are none."""
        panes = self._minutes.get(minute)
        if panes is None:
            panes = self._minutes[minute] = {}
        parts = panes.get(scope)
        if parts is None or isinstance(parts, bytes):
            parts = panes[scope] = Parts() if parts is None else Parts.from_wire(_unpack(parts))
        return parts

    def wire(self, minute: int, scope: Scope) -> list[Any]:
        """Return parts as they travel; those of nothing where there are none."""
        parts = self._minutes.get(minute, {}).get(scope)
        if isinstance(parts, bytes):
            return _unpack(parts)
        return (Parts() if parts is None else parts).to_wire()

    def pack(self, before: int) -> None:
        """Make bytes of what is older than a minute and was not looked at yet; what is opened later stays open."""
        for minute, panes in self._minutes.items():
            if self._packed_before <= minute < before:
                for scope, parts in panes.items():
                    if isinstance(parts, Parts):
                        panes[scope] = _pack(parts.to_wire())
        self._packed_before = max(self._packed_before, before)

    def forget(self, before: int) -> None:
        """Let go what is older than a minute."""
        for minute in [minute for minute in self._minutes if minute < before]:
            del self._minutes[minute]
