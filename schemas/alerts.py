"""Alerts: somebody should act now, or no longer has to."""

from typing import Final

import msgspec

from schemas import alert_model
from schemas.alert_model import AlertKind, AlertState
from schemas.codec import Refused
from schemas.own_values import read

__all__ = ["Alert", "AlertKind", "AlertState", "decode", "encode"]


class Alert(msgspec.Struct, kw_only=True, gc=False):
    """Something that needs a person, from the moment it began to the moment it was resolved.

    `alert_model.py` says what its fields mean and may hold. A struct costs a tenth of a model, and busy desks have thousands of alerts a minute.
    """

    id: str
    kind: AlertKind
    state: AlertState
    what: str
    who: str | None = None
    where: str
    since_ms: int
    changed_ms: int
    version: int = 0
    numbers: dict[str, int | float] = {}


_to_json: Final = msgspec.json.Encoder().encode
_of_json: Final = msgspec.json.Decoder(Alert).decode


def encode(alert: Alert) -> bytes:
    """Write an alert as the value of a message of `touchpoint.alerts`."""
    raw = _to_json(alert)
    return raw if alert.who is not None else raw.replace(b'"who":null,', b"", 1)


def decode(raw: bytes | None) -> Alert | Refused:
    """Read an alert. No bytes whatever raise."""
    try:
        alert = _of_json(raw or b"")
        if 0 < len(alert.id) <= 256 and "\x00" not in alert.id:
            return alert
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    model = read(alert_model.Alert, raw)  # which has the last word
    return model if isinstance(model, Refused) else Alert(**dict(model))
