"""Promise: state behind fences is exact, whatever happened to the workers that kept it."""

import asyncio
import json

import pytest

from tests.integration.harness import Scene, create_topic, scene, wait_until
from tests.integration.test_state import replay_of
from tests.kafka.cluster import KafkaCluster

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("workers", [1, 2])
def test_state_behind_fences_is_exact_after_a_kill(kafka: KafkaCluster, workers: int) -> None:
    with scene(kafka.bootstrap) as stage:
        create_topic(kafka.bootstrap, f"{stage.app_id}-sums-changelog", 4, configs={"cleanup.policy": "compact"})
        started = [stage.start_worker(state=True, pause_s=0.02) for _ in range(workers)]
        if workers == 2:
            wait_until(
                lambda: all(
                    len(w.said("assigned")[-1:]) and w.said("assigned")[-1]["partitions"] != [0, 1, 2, 3]
                    for w in started
                ),
                40,
                stage.logs,
            )
        stage.produce(15_000)
        wait_until(lambda: len(started[0].said("ack")) >= 10, 30, stage.logs)
        started[0].kill()
        if workers == 1:
            stage.start_worker(state=True)
        stage.wait_for_commits(dict.fromkeys(range(4), 15_000), 60)
        for worker in stage.workers:
            worker.kill()
        assert [asyncio.run(sums(stage, partition)) for partition in range(4)] == [
            [15_000, sum(range(15_000)), 14_999]
        ] * 4


async def sums(stage: Scene, partition: int) -> list[int]:
    replay = await replay_of(stage.bootstrap, f"{stage.app_id}-sums-changelog", partition)
    total: list[int] = json.loads(replay.values.get(b"sum") or b"")
    return total
