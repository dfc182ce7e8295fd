"""What a proxy in front of ClickHouse does to inserts: nothing is taken for stored that is not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final
from urllib.parse import urlsplit

import pytest

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from sinks.tables import INTERACTIONS
from sinks.writer import Backoff, Writer
from tests.chaos.proxy import Proxy, with_setting
from tests.unit.sinks.samples import interaction

pytestmark = pytest.mark.integration
PAGE: Final = b"<html>Back soon</html>"


@pytest.fixture
def proxy(clickhouse: ClickHouseSettings) -> Iterator[Proxy]:
    server = urlsplit(clickhouse.url)._replace(path="").geturl()
    proxy = Proxy(lambda: server)
    yield proxy
    proxy.shutdown()
    proxy.server_close()


@pytest.fixture
async def writer(clickhouse: ClickHouseSettings, proxy: Proxy) -> AsyncIterator[Writer]:
    settings = ClickHouseSettings(url=f"{proxy.url}{urlsplit(clickhouse.url).path}")
    async with Writer(settings, backoff=Backoff(0.01, 0.1)) as writer:
        yield writer


def stored(clickhouse: ClickHouseSettings) -> int:
    client = connect(clickhouse)
    try:
        return int(client.command("SELECT count() FROM interactions FINAL"))  # type: ignore[arg-type]
    finally:
        client.close()


@pytest.mark.parametrize(("status", "page"), [(200, PAGE), (204, b""), (502, PAGE)])
async def test_a_page_of_the_proxy_is_no_acknowledgement(
    clickhouse: ClickHouseSettings, proxy: Proxy, writer: Writer, status: int, page: bytes
) -> None:
    with proxy.during(lambda _pass_on: (status, {"Content-Type": "text/html"}, page)):
        writing = asyncio.create_task(writer.write({INTERACTIONS: [interaction(n) for n in range(10)]}))
        await asyncio.wait([writing], timeout=1)
        assert not writing.done()
        assert "proxy in front of it" in (writer.unavailable or "")
    assert await writing == []
    assert stored(clickhouse) == 10


async def test_more_rows_than_the_memory_limit_allows_are_stored_in_parts(
    clickhouse: ClickHouseSettings, proxy: Proxy, writer: Writer
) -> None:
    with proxy.during(with_setting("max_memory_usage", "6000000")):
        async with asyncio.timeout(30):
            assert await writer.write({INTERACTIONS: [interaction(n) for n in range(20_000)]}) == []
    assert stored(clickhouse) == 20_000
