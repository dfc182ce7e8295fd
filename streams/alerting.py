"""Alerts of one partition pair on their way out: told once the state that knows of them is safe, and again if nobody can say that they were.

An alert told before its state was safe could stay open for ever: after a crash other batches may never see its cause. One told
only afterwards could be lost. So alerts stand among the marks of the state, encoded, until they are sent.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from schemas.alerts import Alert, AlertState, encode
from schemas.topics import ALERTS
from streams.committer import Effects
from streams.outbox import Message
from streams.placing import partition_of

MARK: Final = b"\x00told|"


class Alerting:
    """What one pair has to tell. The newest version of an alert holds, whatever is told again after it."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._left: dict[bytes, list[bytes]] = {}  # by a former owner, which may have told them
        self._told: list[bytes] = []  # marks of what has been sent

    def __bool__(self) -> bool:
        return bool(self._left or self._told)  # something to tell, or to strike out

    def take_over(self, marks: Mapping[bytes, bytes]) -> None:
        """Tell again what the last owner may not have told."""
        self._left = {
            mark: msgspec.msgpack.decode(marks[mark], type=list[bytes])
            for mark in sorted(each for each in marks if each.startswith(MARK))
        }

    def tell(self, alerts: Iterable[Alert], effects: Effects, version: int, since_ms: int) -> None:
        """Let alerts go out with these effects, but for those that open for what came true before `since_ms` of event time.

        Ends go out whatever they end: an alert may have been open for longer than that.
        """
        alerts = [each for each in alerts if each.state is not AlertState.OPENED or each.changed_ms >= since_ms]
        for alert in alerts:
            alert.version = version
        encoded = [encode(alert) for alert in alerts]
        places, marks = list(self._left), dict.fromkeys(self._told)
        effects.after += [_left_message(each, self._partitions) for left in self._left.values() for each in left]
        self._left, self._told = {}, []
        if encoded:
            places.append(MARK + version.to_bytes(8, "big"))
            marks[places[-1]] = msgspec.msgpack.encode(encoded)
            told = zip(alerts, encoded, strict=True)
            effects.after += [_message(alert.id, value, self._partitions) for alert, value in told]
        if marks:  # first: the alert is safe before the state that believes it was sent
            effects.states = {**marks, **effects.states}
        if places:
            effects.settled = lambda: self._told.extend(places)


def message_of(alert: Alert, partitions: int) -> Message:
    """Message that tells an alert."""
    return _message(alert.id, encode(alert), partitions)


def _left_message(encoded: bytes, partitions: int) -> Message:
    return _message(msgspec.json.decode(encoded)["id"], encoded, partitions)


def _message(name: str, encoded: bytes, partitions: int) -> Message:
    """All messages of an alert meet in one partition, in the order in which they were told."""
    key = name.encode()
    return Message(ALERTS.name, partition_of(key, partitions), key, encoded)
