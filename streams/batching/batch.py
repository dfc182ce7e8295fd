"""What an agent on a batched topic receives as `event.value`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from faust import Schema
from faust.types import TP, ConsumerMessage

from streams.batching.acknowledgements import Acknowledgements, Delivery


class Record(Protocol):
    """One record as it came from the broker; aiokafka's object, nothing copied."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Records of one partition in offset order. `next_offset` is what a commit of this batch will say.

    A batch with another generation than the app's is of an assignment that is gone: nobody may act on it any more, and its
    acknowledgement counts for nothing.
    """

    tp: TP
    records: Sequence[Record]
    next_offset: int
    generation: int

    @property
    def values(self) -> list[bytes | None]:
        """Return what the records say."""
        return [record.value for record in self.records]

    def __len__(self) -> int:
        return len(self.records)


class BatchMessage(ConsumerMessage):  # type: ignore[misc]
    """The Faust message around a batch. However Faust acknowledges it, the ledger hears of it."""

    def __init__(self, batch: Batch, delivery: Delivery, ledger: Acknowledgements) -> None:
        last = batch.records[-1]
        self._delivery = delivery
        self._ledger = ledger
        self._acked = False
        super().__init__(
            topic=batch.tp.topic,
            partition=batch.tp.partition,
            offset=last.offset,
            timestamp=last.timestamp / 1000,
            timestamp_type=0,
            headers=(),
            key=None,
            value=batch,
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            tp=batch.tp,
            generation_id=batch.generation,
        )

    @property
    def acked(self) -> bool:
        """Whether the last agent is done with it."""
        return self._acked

    @acked.setter
    def acked(self, acked: bool) -> None:
        self._acked = acked
        # Faust also acknowledges what it skips without showing it to any agent. Only a tracked message was shown.
        if acked and self.tracked:
            self._ledger.ack(self._delivery)


class BatchSchema(Schema):  # type: ignore[misc]
    """Hands a batch through as it is, and takes bytes for what is sent: encoding is the agents' business."""

    def __init__(self) -> None:
        super().__init__(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    def loads_key(self, app: Any, message: Any, **options: Any) -> None:
        """Return no key: a batch has none."""
        return

    def loads_value(self, app: Any, message: Any, **options: Any) -> Any:
        """Return the batch itself."""
        return message.value
