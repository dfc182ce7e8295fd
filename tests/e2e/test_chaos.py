"""A small part of the crash matrix; `make chaos` runs the whole."""

from pathlib import Path

import pytest

from tests.chaos.seeds import final_look, run_seed
from tests.chaos.stage import staged
from tests.conftest import why_not_kafka

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(180),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]


def test_a_worker_that_is_killed_amid_its_inserts_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with staged(tmp_path / "stage") as stage:
        killed = run_seed(stage, "kill -9 amid insert", workers=2, seed=4)
        assert killed.kills == 1
        assert killed.good, "\n".join(killed.lines) + stage.logs()
        verified = final_look(stage, killed.case, workers=2)
        assert verified.good, "\n".join(verified.lines) + stage.logs()
