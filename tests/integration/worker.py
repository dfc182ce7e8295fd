"""A worker for tests: reports every batch, acknowledges as told. Run as a process: worker.py '{"app_id": ...}'."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiokafka import AIOKafkaConsumer

from streams.app import create_app
from streams.batching.batch import Batch
from streams.owned import Recovered
from streams.process import run_worker, set_up_logging
from streams.settings import Settings
from streams.state import OutrankedError, StateTable

config = json.loads(sys.argv[1])
settings = Settings.read(
    app_id=config["app_id"],
    partitions=config.get("partitions", 4),
    session_timeout_s=config.get("session_timeout_s", 6),
    commit_interval_s=config.get("commit_interval_s", 0.2),
    batch_events=config.get("batch_events", 500),
    unacked_events=config.get("unacked_events", 4000),
    settle_s=config.get("settle_s", 2),
    fetch_bytes=65_536,
)
app = create_app(settings, batched=[config["topic"]])
if config.get("reread"):
    app.reread_topics |= {config["topic"]}
report_file = Path(config["report"]).open("a", buffering=1)  # noqa: SIM115 - open for as long as the process lives
state = (
    StateTable(app, "sums", partitions=settings.partitions, client_options=settings.client_options())
    if config.get("state")
    else None
)
held: dict[int, Recovered] = {}


def report(what: str, **facts: Any) -> None:
    report_file.write(json.dumps({"what": what, **facts}) + "\n")


@app.share.on_assigned
async def on_assigned(tps: frozenset[Any]) -> None:
    if "hook_raises" in config:
        raise RuntimeError(config["hook_raises"])
    await asyncio.sleep(config.get("hook_s", 0))
    if state is not None:
        try:
            for tp in tps:
                held[tp.partition] = await state.recover(tp.partition)
        except OutrankedError:  # a rebalance came while we read: the next assignment is on its way
            return
    partitions = sorted(tp.partition for tp in tps)
    report("assigned", partitions=partitions, generation=app.generation)


@app.share.on_revoked
async def on_revoked(tps: frozenset[Any]) -> None:
    for tp in tps:
        held.pop(tp.partition, None)
    report("revoked", partitions=sorted(tp.partition for tp in tps))


@app.agent(app.topic(config["topic"]))
async def follow(stream: Any) -> None:
    async for event in stream.noack().events():
        batch: Batch = event.value
        if config.get("raise_at") in range(batch.records[0].offset, batch.next_offset):
            raise RuntimeError("a bug")
        if state is not None:
            if batch.tp.partition not in held:
                continue
            await keep_sums(batch)
        facts = {"partition": batch.tp.partition, "generation": batch.generation, "current": app.generation}
        report("batch", runs=runs([int(record.value or 0) for record in batch.records]), **facts)
        if str(batch.tp.partition) in config.get("stuck_s", {}):
            await asyncio.sleep(config["stuck_s"][str(batch.tp.partition)])
        if batch.tp.partition == config.get("never_ack"):
            app_keeps.append(event)
        elif config.get("ack_later_s"):
            asyncio.get_running_loop().call_later(config["ack_later_s"], acknowledge, event)
        else:
            acknowledge(event)
        await asyncio.sleep(config.get("pause_s", 0))


if "slow_seek_s" in config:
    committed = AIOKafkaConsumer.committed

    async def committed_slowly(self: Any, *args: Any) -> Any:
        offset = await committed(self, *args)
        await asyncio.sleep(config["slow_seek_s"])
        return offset

    AIOKafkaConsumer.committed = committed_slowly

app_keeps: list[Any] = []  # otherwise Python forgets the event, and Faust with it


def acknowledge(event: Any) -> None:
    event.ack()
    batch: Batch = event.value
    report("ack", partition=batch.tp.partition, next_offset=batch.next_offset, generation=batch.generation)


def runs(numbers: list[int]) -> list[list[int]]:
    """Unbroken runs as [first, last]: what arrived, in a short form."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


async def keep_sums(batch: Batch) -> None:
    """Count and add up what each partition got, behind a fence: the part of a real agent that must not be lost."""
    assert state is not None
    partition = batch.tp.partition
    recovered = held[partition]
    count, total, fence = json.loads(recovered.states.get(b"sum") or b"[0, 0, -1]")
    fresh = [record for record in batch.records if record.offset > fence]
    if fresh:
        value = [count + len(fresh), total + sum(int(record.value or 0) for record in fresh), fresh[-1].offset]
        await state.write(partition, recovered.epoch, [(b"sum", json.dumps(value).encode())])


@app.task
async def say_when_caught_up() -> None:
    while True:
        await asyncio.sleep(0.1)
        if app.share.tps and all(app.caught_up_ms(tp) is not None for tp in app.share.tps):
            report("caught up", lost=sum(app.offsets_lost.values()))


set_up_logging("WARNING")
run_worker(app)
