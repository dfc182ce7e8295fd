"""An HTTP server of this machine that runs until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable

from aiohttp import web


async def serve_until_stopped(runner: web.AppRunner, host: str, port: int, started: Callable[[str, int], None]) -> None:
    """Serve until SIGTERM or SIGINT; `started` is told the address and port, which is another one when `port` is 0."""
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        started(*runner.addresses[0][:2])
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await stop.wait()
    finally:
        await runner.cleanup()
