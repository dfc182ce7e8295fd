from collections.abc import Callable

import pytest

from tests.conftest import Broker, why_not_kafka
from tests.kafka import start_kafka
from touchstream.brokers.tansu import Tansu


@pytest.fixture(scope="session")
def start_broker() -> Callable[[], Broker]:
    """Start a fresh broker: Apache Kafka, or Tansu where there is no Java (the header says which)."""
    if why_not_kafka() is None:
        return start_kafka
    return lambda: Tansu().start()
