"""A broker in memory, with the mishaps of a real one."""

from schemas.topics import Topic
from touchstream.ingest.sender import SendError


class MemorySender:
    """Keeps what was flushed; what is not flushed is lost when it breaks, as with a real producer."""

    def __init__(self, *, breaks_after_flushes: int | None = None) -> None:
        self.acknowledged: list[tuple[str, bytes, bytes]] = []
        self.flushes = 0
        self._waiting: list[tuple[str, bytes, bytes]] = []
        self._breaks_after = breaks_after_flushes

    def send(self, topic: Topic, key: bytes, value: bytes) -> None:
        self._waiting.append((topic.name, key, value))

    def flush(self) -> None:
        if self._breaks_after is not None and self.flushes >= self._breaks_after:
            raise SendError("broker gone")
        self.flushes += 1
        self.acknowledged += self._waiting
        self._waiting = []
