"""One of three brokers freezes: it says nothing, not even that it has gone. The others have its partitions after 9 s."""

import time
from pathlib import Path

import pytest

from tests.chaos.cases import BROKER_GONE_S
from tests.chaos.stage import staged
from tests.conftest import why_not_kafka

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(600),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
LONGEST_S = 45  # waits for answers that do not come follow one another: a commit, a rebalance, a take-over


def test_whichever_broker_freezes_workers_go_on_without_it(tmp_path: Path) -> None:
    with staged(tmp_path / "stage", nodes=3) as stage:
        stage.have_workers(2)
        streams = [stage.stream(seed) for seed in range(4)]
        streams[0].send(stage)
        stage.settle()
        for node, stream in zip(stage.cluster.nodes, streams[1:], strict=True):
            stage.cluster.pause(node.node_id)
            try:
                time.sleep(BROKER_GONE_S + 2)
                stream.send(stage)
                sent_s = time.monotonic()
                stage.settle()
                assert time.monotonic() - sent_s < LONGEST_S
            finally:
                stage.cluster.resume(node.node_id)
            node.server.wait_until(stage.cluster.is_whole, 90)
            stage.have_workers(2)
        for stream in streams:
            stream.assert_found(stage)
