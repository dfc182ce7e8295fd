"""What is done to a running system, once for each seed. Each case leaves as many workers behind as it found."""

import signal
import time
from collections.abc import Callable
from functools import partial
from random import Random

from tests.chaos.points import POINTS, Trigger
from tests.chaos.stage import PARTITIONS, Stage

SESSION_TIMEOUT_S = 6
BROKER_GONE_S = 9  # then the others have its partitions
FLOW_S = 2.0  # how long the messages of one stream flow
JOINING = ("in_recovery", "in_rebalance")
DURING_WORK = [point for point in POINTS if point not in JOINING]
Harm = Callable[[Stage, Random], int]  # returns how many processes were killed or stopped


def passing(point: str, random: Random) -> int:
    """Choose which passing of a point it is to be: one commit holds many turns."""
    return random.randint(1, 1 if point == "before_commit" else 4)


def kill_at(point: str, stage: Stage, random: Random) -> int:
    """A worker dies at a point (SIGKILL), another one is started."""
    victim, workers = random.choice(stage.living), len(stage.living)
    stage.arm(victim, Trigger(point, passing(point, random)))
    died(stage, victim, workers)
    return 1


def kill_while_joining(point: str, stage: Stage, random: Random) -> int:
    """A worker dies (SIGKILL) while another one joins the group, or that one dies in its first moments."""
    workers, joining = len(stage.living), len(stage.workers)
    victim = random.choice([*stage.living, joining])
    claims = 2 * (PARTITIONS // (workers + 1))  # of a worker that has to read nothing: before and after each
    most = {"in_recovery": claims, "in_rebalance": 1 if victim == joining else 3}  # how often each is passed at least
    stage.arm(victim, Trigger(point, random.randint(1, most[point])))
    stage.start_worker()
    died(stage, victim, workers)
    return 1


def died(stage: Stage, victim: int, workers: int) -> None:
    """Wait for the death of a worker and replace it."""
    stage.wait_for_trigger(victim)
    assert stage.workers[victim].wait(10) == -signal.SIGKILL
    stage.have_workers(workers)


def freeze(stage: Stage, random: Random) -> int:
    """A worker freezes at a point for longer than its session (SIGSTOP), others take over, it wakes up and goes on."""
    victim, workers = random.choice(stage.living), len(stage.living)
    point = random.choice(DURING_WORK)
    stage.arm(victim, Trigger(point, passing(point, random), signal=signal.SIGSTOP))
    stage.wait_for_trigger(victim)
    if workers == 1:
        stage.start_worker()
    time.sleep(SESSION_TIMEOUT_S + 1 + random.random() * 3)
    stage.workers[victim].send_signal(signal.SIGCONT)
    time.sleep(1)
    stage.have_workers(workers)
    return 1


def end_one(stage: Stage, random: Random) -> int:
    """A worker is told to end (SIGTERM) while messages flow; another one is started."""
    victim, workers = random.choice(stage.living), len(stage.living)
    time.sleep(random.random() * FLOW_S)
    terminate(stage, victim)
    stage.have_workers(workers)
    return 1


def restart_all(stage: Stage, random: Random) -> int:
    """Every worker is told to end, one after the other, and replaced."""
    before = stage.living
    for number in before:
        time.sleep(random.random())
        terminate(stage, number)
        stage.have_workers(len(before))
    return len(before)


def terminate(stage: Stage, number: int) -> None:
    """Tell a worker to end; it must do so in good order."""
    stage.workers[number].send_signal(signal.SIGTERM)
    code = stage.workers[number].wait(30)
    assert code == 0, f"worker {number} ended with exit code {code}\n{stage.said(number)[-3000:]}"


def kill_clickhouse(stage: Stage, random: Random) -> int:
    """The process that hosts ClickHouse dies around the n-th insert (SIGKILL), and is started on the same directory."""
    process = stage.clickhouse.process
    assert process
    trigger = Trigger("before_insert", random.randint(1, 4), pid=process.pid, delay_s=random.uniform(0.0005, 0.03))
    armed = random.choice(stage.living)
    stage.arm(armed, trigger)
    stage.wait_for_trigger(armed)
    assert process.wait(10) == -signal.SIGKILL
    time.sleep(random.random() * 2)
    stage.clickhouse.start()
    return 1


def kill_broker(stage: Stage, random: Random) -> int:
    """One of three brokers dies at a point of a worker's turn (SIGKILL), and comes back."""
    node, point = random.choice(stage.cluster.nodes), random.choice(DURING_WORK)
    trigger = Trigger(point, passing(point, random), pid=node.server.pid, delay_s=0.001)
    armed = random.choice(stage.living)
    stage.arm(armed, trigger)
    stage.wait_for_trigger(armed)
    stage.until(lambda: not node.server.running, f"broker {node.node_id} is dead", 10)
    stage.cluster.kill(node.node_id)  # it is dead already: this forgets the process
    time.sleep(random.random() * 3)
    stage.cluster.restart(node.node_id, 90)
    return 1


def freeze_broker(stage: Stage, random: Random) -> int:
    """One of three brokers freezes at a point of a worker's turn (SIGSTOP), others have its partitions, it wakes up and goes on."""
    node, point = random.choice(stage.cluster.nodes), random.choice(DURING_WORK)
    armed, workers = random.choice(stage.living), len(stage.living)
    stage.arm(armed, Trigger(point, passing(point, random), signal.SIGSTOP, node.server.pid))
    stage.wait_for_trigger(armed)
    time.sleep(BROKER_GONE_S + random.random() * 20)
    stage.cluster.resume(node.node_id)
    node.server.wait_until(stage.cluster.is_whole, 90)
    stage.have_workers(workers)  # one that hears late that another has its partitions ends
    return 1


CASES: dict[str, Harm] = {
    **{f"kill -9 {point.replace('_', ' ')}": partial(kill_at, point) for point in DURING_WORK},
    **{f"kill -9 {point.replace('_', ' ')}": partial(kill_while_joining, point) for point in JOINING},
    "kill -9 of ClickHouse in an insert": kill_clickhouse,
    "kill -9 of a broker of three": kill_broker,
    "SIGSTOP of a broker of three": freeze_broker,
    "SIGSTOP longer than the session": freeze,
    "SIGTERM": end_one,
    "rolling restart under load": restart_all,
}
NODES = {"kill -9 of a broker of three": 3, "SIGSTOP of a broker of three": 3}
WORKERS = (1, 2, 3)
