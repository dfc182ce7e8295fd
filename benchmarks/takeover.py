"""How long does nobody work on the partitions of a worker that was killed?

The session timeout is 6 s.
"""

import asyncio
import time

from benchmarks.brokers import measure
from tests.integration.harness import Scene, create_topic, scene, wait_until


async def take_over(bootstrap: str) -> dict[str, str]:
    """Run the whole scene in a thread: its helpers block."""
    return await asyncio.to_thread(_take_over, bootstrap)


def _take_over(bootstrap: str) -> dict[str, str]:
    with scene(bootstrap) as stage:
        create_topic(
            bootstrap, f"{stage.app_id}-sums-changelog", stage.partitions, configs={"cleanup.policy": "compact"}
        )
        started = time.monotonic()
        first = stage.start_worker(state=True)
        first.wait_for("assigned")
        ready = time.monotonic() - started
        second = stage.start_worker(state=True)
        wait_until(lambda: len(second.said("assigned")[-1:]) > 0 and half(stage, 0) and half(stage, 1), 60, stage.logs)
        joined = time.monotonic() - started - ready
        first.kill()
        killed = time.monotonic()
        stage.produce(100)
        stage.wait_for_all(100)
        return {
            "process start to ready": f"{ready:.1f} s",
            "second worker joins": f"{joined:.1f} s",
            "kill to first event of a taken partition": f"{time.monotonic() - killed:.1f} s",
        }


def half(stage: Scene, number: int) -> bool:
    """Whether this worker's latest assignment is half of the partitions."""
    assigned = stage.workers[number].said("assigned")
    return bool(assigned) and len(assigned[-1]["partitions"]) == stage.partitions // 2


if __name__ == "__main__":
    asyncio.run(measure(take_over, "Takeover"))
