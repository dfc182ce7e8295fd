"""How fast does a state table write and recover?"""

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.brokers import measure
from streams.app import create_app
from streams.settings import Settings
from streams.state import StateTable
from tests.integration.harness import create_topic

KEYS = 200_000
KEYS_A_WRITE = 2000
VALUE = bytes(range(256))[:200]


async def write_and_recover(bootstrap: str) -> dict[str, str]:
    """Write all keys in portions as an agent does, then read them as a new owner."""
    create_topic(bootstrap, "bench-state-changelog", 1, configs={"cleanup.policy": "compact"})
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(brokers=bootstrap, app_id="bench", partitions=1, state_dir=Path(folder))
        table = StateTable(create_app(settings), "state", partitions=1, client_options=settings.client_options())
        await table.start()
        epoch = (await table.recover(0)).epoch
        items = [(b"journey-%d" % number, VALUE) for number in range(KEYS)]
        started = time.perf_counter()
        for first in range(0, KEYS, KEYS_A_WRITE):
            await table.write(0, epoch, items[first : first + KEYS_A_WRITE])
        table.release(0)
        table.forget(0)
        written = time.perf_counter()
        recovered = await table.recover(0)
        done = time.perf_counter()
        assert len(recovered.states) == KEYS, len(recovered.states)
        one = await small_write_ms(table, recovered.epoch)
        await table.stop()
    return {
        "keys written/s": f"{KEYS / (written - started):,.0f}",
        "records recovered/s": f"{KEYS / (done - written):,.0f}",
        "one write of 10 keys, median": f"{one:.1f} ms",
    }


async def small_write_ms(table: StateTable, epoch: int) -> float:
    times = []
    for number in range(50):
        started = time.perf_counter()
        await table.write(0, epoch, [(b"small-%d" % key, b"%d" % number) for key in range(10)])
        times.append(time.perf_counter() - started)
    return sorted(times)[25] * 1000


if __name__ == "__main__":
    title = f"State: {KEYS:,} keys of {len(VALUE)} bytes, {KEYS_A_WRITE:,} a write"
    asyncio.run(measure(write_and_recover, title))
