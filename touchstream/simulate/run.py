"""A simulated run: history as fast as it can be sent, then the present at its own pace; to Kafka or to a file."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from kafka.errors import KafkaError, MessageSizeTooLargeError

from touchstream.ingest.sender import SendError
from touchstream.simulate.engine import Simulation
from touchstream.simulate.produced import Kind, Produced
from touchstream.simulate.totals import Totals

PROGRESS_EVERY: Final = 1_000
LONGEST_NAP_S: Final = 0.5
NOT_IN_A_FILE: Final = frozenset({Kind.EMPTY, Kind.WRONG_KEY})  # lines have no keys, and an empty line is no message


class WallClock:
    """The real time."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class KafkaDelivery:
    """Sends through kafka-python producers; remembers what the broker refused.

    What may be too large for the broker goes through a producer of its own: an idempotent one refuses everything after one
    message that the broker did not take, and a broker refuses whole batches. `dated` messages carry the time at which they
    would have come, so that the past does not look as if all of it had come today.
    """

    def __init__(self, open_producer: Callable[[bool], Any], *, dated: bool = False) -> None:
        self._open = open_producer  # argument: whether it is to be idempotent
        self._dated = dated
        self._producer = open_producer(True)
        self._for_large: Any = None
        self._failed: list[Exception] = []

    def send(self, message: Produced) -> bool:
        """Hand over one message, and say whether the broker has room for it; raises `SendError` when an earlier one was lost."""
        if self._failed:
            raise SendError(f"{message.topic}: {self._failed[0]}") from self._failed[0]
        try:
            if message.kind is Kind.TOO_LARGE:
                return self._send_large(message)
            self._pass_on(self._producer, message).add_errback(self._failed.append)
        except KafkaError as error:
            raise SendError(f"{message.topic}: {error}") from error
        return True

    def flush(self) -> None:
        """Wait until everything is acknowledged; raises `SendError` when something was lost."""
        try:
            self._producer.flush()
        except KafkaError as error:
            raise SendError(str(error)) from error
        if self._failed:
            raise SendError(str(self._failed[0])) from self._failed[0]

    def close(self) -> None:
        """Close the producers."""
        self._producer.close()
        if self._for_large is not None:
            self._for_large.close()

    def _send_large(self, message: Produced) -> bool:
        self._producer.flush()  # one producer at a time: see the limits of the demo's broker
        self._for_large = self._for_large or self._open(False)
        try:
            self._pass_on(self._for_large, message).get(timeout=30)
        except MessageSizeTooLargeError:  # a broker may well not take it: that is why it is sent
            return False
        return True

    def _pass_on(self, producer: Any, message: Produced) -> Any:
        at_ms = message.at_ms if self._dated else None
        return producer.send(message.topic, key=message.key, value=message.value, timestamp_ms=at_ms)


class FileDelivery:
    """Writes one message a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def send(self, message: Produced) -> bool:
        """Write one message, unless a line cannot hold it."""
        if message.kind in NOT_IN_A_FILE:
            return False
        self._file.write(message.value + b"\n")
        return True

    def flush(self) -> None:
        """Write what is buffered."""
        self._file.flush()


Delivery = KafkaDelivery | FileDelivery


@dataclass(frozen=True, slots=True)
class Run:
    """Sends a simulation to a place and counts what it sent."""

    simulation: Simulation
    delivery: Delivery
    totals: Totals

    def past(self, end_ms: int, progress: Callable[[int], None] = lambda at_ms: None) -> None:
        """Send everything before the end, as fast as it can be sent."""
        for number, message in enumerate(self.simulation.until(end_ms)):
            self._send(message)
            if number % PROGRESS_EVERY == 0:
                progress(message.at_ms)
        self.delivery.flush()
        progress(end_ms)

    def live(self, clock: WallClock, end_ms: float = float("inf")) -> None:
        """Send every message at its moment, until the end."""
        for message in self.simulation.until(end_ms):
            while (ahead_ms := message.at_ms - clock.now_ms()) > 0:
                clock.sleep(min(ahead_ms / 1000, LONGEST_NAP_S))
            self._send(message)
        self.delivery.flush()

    def _send(self, message: Produced) -> None:
        if self.delivery.send(message):
            self.totals.add(message)
