"""The peer: a plain Faust agent that does nothing with its events, on the same broker."""

import json
import os
import sys
import time

import faust

from benchmarks.peer_jobs.job import memory_mb

BROKER, TOPIC, EXPECTED, FOLDER = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]


def main() -> None:
    app = faust.App(
        f"idle-{os.getpid()}",
        broker=f"kafka://{BROKER}",
        value_serializer="raw",
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=10,
        broker_heartbeat_interval=1,
        web_enabled=False,
        topic_disable_leader=True,
        datadir=FOLDER,
    )
    started = 0.0
    seen = 0

    @app.agent(app.topic(TOPIC, value_serializer="raw"))  # type: ignore[untyped-decorator]
    async def idle(stream: faust.Stream) -> None:
        nonlocal started, seen
        async for _ in stream:
            if not seen:
                started = time.perf_counter()
            seen += 1
            if seen == EXPECTED:
                seconds = time.perf_counter() - started
                cpu = time.process_time()
                measured = {"events": seen, "seconds": seconds, "cpu": cpu, "peak_mb": memory_mb("VmHWM")}
                line = f"{json.dumps(measured)}\n"
                os.write(1, line.encode())  # Faust has made sys.stdout a logger
                os._exit(0)

    sys.argv[1:] = ["worker", "--without-web", "-l", "error"]
    app.main()


if __name__ == "__main__":
    main()
