"""Promise: a new program goes on from the changelog that an older one has left on the broker."""

import pytest
from aiokafka import AIOKafkaProducer

from streams.pair import Pair
from tests import old_states
from tests.builders import HOUR
from tests.integration.harness import create_topic, unique
from tests.integration.test_state import state_table
from tests.kafka.cluster import KafkaCluster
from tests.old_states import MONDAY, POLICY
from tests.pairs import System
from tests.unit.streams.test_old_states import VERSIONS, assert_same

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("store", ["memory", "disk"])
@pytest.mark.parametrize("version", VERSIONS)
async def test_an_old_changelog_is_recovered_and_gone_on_from(
    kafka: KafkaCluster, version: int, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTREAM_STATE_STORE", store)
    app_id = unique("old")
    create_topic(kafka.bootstrap, f"{app_id}-test-changelog", 2, configs={"cleanup.policy": "compact"})
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
    await producer.start()
    for key, record in old_states.read(version).items():
        await producer.send_and_wait(f"{app_id}-test-changelog", record, key=key, partition=0)
    await producer.stop()
    undisturbed = old_states.until_interrupted()
    heir = System(POLICY, now_ms=MONDAY + HOUR)
    heir.clickhouse, heir.offsets = old_states.until_interrupted().clickhouse, list(undisturbed.offsets)
    async with state_table(kafka.bootstrap, app_id) as table:
        recovered = await table.recover(0)
        assert recovered.epoch == 2
        heir.changelog = dict(recovered.states.items()) | dict(recovered.marks.pairs())
        heir.pair, heir.states = Pair(0, 1, POLICY, MONDAY + HOUR), recovered.states
        heir.pair.take_over(recovered)
        for system in (undisturbed, heir):
            old_states.afterwards(system)
        assert_same(heir, undisturbed)
