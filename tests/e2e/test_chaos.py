"""A small part of the crash matrix; `make chaos` runs the whole."""

from collections.abc import Iterator

import pytest

from tests.chaos.seeds import final_look, run_seed
from tests.chaos.stage import Stage, staged
from tests.conftest import why_not_kafka

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(180),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("chaos") / "stage") as stage:
        yield stage


@pytest.mark.parametrize(
    ("case", "seed"),
    [("kill -9 amid insert", 1), ("kill -9 of ClickHouse in an insert", 4)],
    ids=["worker", "clickhouse"],
)
def test_a_process_that_is_killed_in_the_middle_of_an_insert_loses_and_doubles_nothing(
    stage: Stage, case: str, seed: int
) -> None:
    outcome = run_seed(stage, case, 2, seed)
    assert outcome.kills == 1
    assert outcome.good, "\n".join(outcome.lines) + stage.logs()


def test_verify_agrees_with_everything_that_was_sent(stage: Stage) -> None:
    outcome = final_look(stage, "everything", 2)
    assert outcome.good, "\n".join(outcome.lines) + stage.logs()
