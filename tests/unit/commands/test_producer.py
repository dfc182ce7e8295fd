import pytest

from streams.settings import Settings
from touchstream import producer
from touchstream.errors import UserError


def test_brokers_that_do_not_answer_are_named_with_the_setting():
    with pytest.raises(UserError, match=r"no Kafka broker answers at 127.0.0.1:1 .*set TOUCHSTREAM_BROKERS"):
        producer.open_producer(Settings(brokers="127.0.0.1:1"), compression=None)
