"""ClickHouse away for a while at full input; the long and the strange outages are in tests/chaos."""

from pathlib import Path

import pytest

from tests.conftest import why_not_kafka
from tests.e2e.pressure import clickhouse_away, outage
from tests.e2e.probing import probed_worker
from tests.e2e.system import ROOT, running
from tests.kafka import start_kafka

PATIENCE_S = 5.0
IMPATIENT = {"TOUCHSTREAM_STUCK_AFTER_S": str(PATIENCE_S), "TOUCHSTREAM_CLICKHOUSE_WRITE_TIMEOUT_S": "1"}


@pytest.mark.integration
@pytest.mark.timeout(120)
@pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka")
def test_an_outage_at_full_input_costs_no_memory_no_partition_and_no_event(tmp_path: Path) -> None:
    with (
        running(start_kafka, tmp_path, ROOT / "touchpoints.yaml", workers=0, settings=IMPATIENT) as system,
        probed_worker(system) as probe,
    ):
        trouble = clickhouse_away(system)
        outage(system, probe, trouble, name="away", rate=1500, seconds=3 * PATIENCE_S, behind=0.7)
        assert probe.ask("/live") == (200, "makes progress\n")
