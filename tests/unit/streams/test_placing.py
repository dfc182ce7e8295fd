"""Where a key lives must be what every other client says."""

import aiokafka.partitioner
import kafka.partitioner.default
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.placing import partition_of


@pytest.mark.parametrize(
    "murmur2",
    [
        pytest.param(aiokafka.partitioner.murmur2, id="aiokafka"),
        pytest.param(kafka.partitioner.default.murmur2, id="kafka-python"),
    ],
)
@given(st.binary(max_size=40), st.integers(1, 100))
def test_a_key_lives_where_the_default_partitioner_puts_it(murmur2, key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions
