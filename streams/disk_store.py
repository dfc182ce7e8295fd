"""States on disk, for more open journeys than memory holds. The changelog stays the truth: what lies here is thrown away at start."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteOptions

from streams.agenda import Agenda, DueOf
from streams.settings import Settings
from streams.store import Store, new_memory_store

CACHE_BYTES: Final = 64 << 20  # for all partitions of a worker; the kernel's page cache does the rest
WRITE_BUFFER_BYTES: Final = 4 << 20  # two of them for each partition's values, two for its agenda
BLOOM_BITS: Final = 10
FOLDERS: Final = 1_000
SIGN: Final = 1 << 63  # makes negative times sort before positive ones
TIME_BYTES: Final = 8


def stores_of(settings: Settings) -> Callable[[int], Store]:
    """Return what makes the stores a worker has its journeys in, as its settings say."""
    return DiskStores(settings.state_dir) if settings.state_store == "disk" else new_memory_store


class DiskStores:
    """Makes the stores of one worker, in a folder that no other process uses: the first free one below `state_dir`."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._folder: Path | None = None
        self._cache = Cache(CACHE_BYTES)

    def __call__(self, partition: int) -> "DiskStore":
        """Make an empty store for a partition."""
        if self._folder is None:
            self._folder = self._take_folder()
        return DiskStore(self._folder / str(partition), self._cache)

    def _take_folder(self) -> Path:
        for number in range(FOLDERS):
            folder = self._state_dir / f"journeys-{number}"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = (folder / "lock").open("w")  # held for as long as this process lives
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._lock.close()
                continue
            for left in folder.iterdir():
                if left.is_dir():
                    shutil.rmtree(left)
            return folder
        raise OSError(f"{self._state_dir}: {FOLDERS} workers use this folder already")


class DiskStore:
    """Values in RocksDB, without a log of its own."""

    def __init__(self, folder: Path, cache: Cache) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        options = _options(cache)
        self._db = Rdict(str(folder), options, column_families={"agenda": options})
        self._entries = self._db.get_column_family("agenda")
        self._unlogged = WriteOptions()
        self._unlogged.disable_wal = True
        self._count = 0

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key."""
        value: bytes | None = self._db.get(key)
        return value

    def put(self, key: bytes, value: bytes | None) -> None:
        """Set the value of a key; None removes it."""
        self._count += (value is not None) - (key in self._db)
        if value is None:
            self._db.delete(key, self._unlogged)
        else:
            self._db.put(key, value, self._unlogged)

    def pairs(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over all keys and values."""
        return iter(self._db.items())

    def agenda(self) -> Agenda:
        """Return an agenda on disk. One that was here before is taken over: what it says too much is found out."""
        return DiskAgenda(self._entries, self._unlogged)

    @property
    def size(self) -> int:
        """Bytes of all keys and values, as RocksDB estimates them."""
        return int(self._db.property_value("rocksdb.estimate-live-data-size") or 0)

    def close(self) -> None:
        """Let everything go."""
        self._entries.close()
        self._db.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __len__(self) -> int:
        return self._count


class DiskAgenda:
    """Entries on disk: keys that begin with their time."""

    def __init__(self, entries: Rdict, unlogged: WriteOptions) -> None:
        self._entries = entries
        self._unlogged = unlogged
        self._from = b""  # nothing is before it; spares a walk over what was taken out

    def schedule(self, key: bytes, due_ms: int) -> None:
        """Look at a journey at this time."""
        entry = (due_ms + SIGN).to_bytes(TIME_BYTES, "big") + key
        self._entries.put(entry, b"", self._unlogged)
        self._from = min(self._from, entry)

    def due(self, watermark_ms: int, limit: int, due_of: DueOf) -> list[bytes]:
        """Take out up to `limit` journeys whose time has come; an entry that has become too early is moved."""
        found: list[bytes] = []
        moved: list[tuple[bytes, int]] = []
        last = (watermark_ms + 1 + SIGN).to_bytes(TIME_BYTES, "big")
        for entry in self._entries.keys(from_key=self._from):
            self._from = entry
            if entry >= last or len(found) == limit:
                break
            self._entries.delete(entry, self._unlogged)
            key = entry[TIME_BYTES:]
            due_ms = due_of(key)
            if due_ms is not None and due_ms <= watermark_ms:
                found.append(key)
            elif due_ms is not None:
                moved.append((key, due_ms))
        for each in moved:
            self.schedule(*each)
        return found


def _options(cache: Cache) -> Options:
    blocks = BlockBasedOptions()
    blocks.set_block_cache(cache)
    blocks.set_bloom_filter(BLOOM_BITS, block_based=False)
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.create_missing_column_families(True)
    options.set_block_based_table_factory(blocks)
    options.set_write_buffer_size(WRITE_BUFFER_BYTES)
    options.set_keep_log_file_num(1)
    return options
