"""Where a key lives must be what every other client says."""

from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from streams.placing import partition_of


@given(st.binary(max_size=40), st.integers(1, 100))
def test_a_key_lives_where_the_default_partitioner_puts_it(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions
