"""Dead letters: messages that could not be used, kept with where they were, why they failed and their bytes."""

from base64 import b64decode, b64encode
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import to_json

from schemas.codec import MAX_BYTES, Reason, Refused
from schemas.own_values import read
from schemas.wording import one_line

MAX_KEY_BYTES: Final = 1 << 16
Base64 = Annotated[
    StrictStr,
    Field(
        pattern=r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        json_schema_extra={"contentEncoding": "base64"},
    ),
]
Count = Annotated[StrictInt, Field(ge=0)]


class DeadLetter(BaseModel):
    """A message that could not be used. Whoever repairs the cause can send it again as it came."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    origin_topic: StrictStr
    """Topic that the message was on first."""

    origin_partition: Count
    """Partition that it was in first."""

    origin_offset: Count
    """Offset that it had first."""

    reason: Reason
    """Why it could not be used."""

    detail: StrictStr
    """One line: which field, which value and what was expected."""

    raw: Base64 | None
    """The value; null when the message had none."""

    raw_bytes: Count
    """Length of the whole value."""

    key: Base64 | None
    """The key; null when the message had none."""

    cut: StrictBool = False
    """The value or the key was longer than is kept here: the rest is only on the origin topic."""

    received_ms: StrictInt
    """When the broker took the message, in milliseconds since 1970-01-01 UTC."""

    first_seen_ms: StrictInt
    """When the broker took it for the first time, before any replay, in milliseconds since 1970-01-01 UTC."""

    attempts: Annotated[StrictInt, Field(ge=1)] = 1
    """How often it has failed: more than once when it was replayed."""

    @classmethod
    def of(
        cls,
        *,
        topic: str,
        partition: int,
        offset: int,
        reason: Reason,
        detail: str,
        key: bytes | None,
        value: bytes | None,
        received_ms: int,
        attempts: int = 1,
    ) -> "DeadLetter":
        """Make the letter of a message."""
        return cls(
            origin_topic=topic,
            origin_partition=partition,
            origin_offset=offset,
            reason=reason,
            detail=one_line(detail),
            raw=_written(value, MAX_BYTES),
            raw_bytes=len(value or b""),
            key=_written(key, MAX_KEY_BYTES),
            cut=len(value or b"") > MAX_BYTES or len(key or b"") > MAX_KEY_BYTES,
            received_ms=received_ms,
            first_seen_ms=received_ms,  # a replayed letter says when its message was received first
            attempts=attempts,
        )

    @property
    def origin(self) -> str:
        """Where the message was, as the key of the letter: topic|partition|offset."""
        return f"{self.origin_topic}|{self.origin_partition}|{self.origin_offset}"

    @property
    def message_value(self) -> bytes | None:
        """Value of the message, as far as it was kept."""
        return None if self.raw is None else b64decode(self.raw)

    @property
    def message_key(self) -> bytes | None:
        """Key of the message, as far as it was kept."""
        return None if self.key is None else b64decode(self.key)


def encode(letter: DeadLetter) -> bytes:
    """Write a letter as the value of a message of `touchpoint.dead-letters`."""
    return to_json(letter)


def decode(raw: bytes | None) -> DeadLetter | Refused:
    """Read a letter. No bytes whatever raise."""
    return read(DeadLetter, raw)


def _written(content: bytes | None, longest: int) -> str | None:
    return None if content is None else b64encode(content[:longest]).decode()
