"""How far the workers' clocks have come for certain, read off what they have stored."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from schemas.topics import FEEDBACK, INTERACTIONS
from streams.logic.policy import Policy
from touchstream.verify.compare import Clock
from touchstream.verify.ledger import Log

SLACK_MS: Final = 3_000  # between what a worker knows and when it acts
SEEN: Final = f"""
SELECT topic, partition, maxOrNull(happened), max(received) FROM
(
    SELECT '{INTERACTIONS.name}' AS topic, source_partition AS partition,
        toUnixTimestamp64Milli(occurred_at) AS happened, toUnixTimestamp64Milli(received_at) AS received FROM interactions
    UNION ALL
    SELECT '{FEEDBACK.name}', source_partition,
        toUnixTimestamp64Milli(occurred_at), toUnixTimestamp64Milli(received_at) FROM answers
    UNION ALL
    SELECT topic, partition, NULL, toUnixTimestamp64Milli(received_at) FROM skipped
)
GROUP BY topic, partition
"""  # noqa: S608


def clock_of(client: Client, log: Log, policy: Policy, now_ms: int) -> Clock:
    """Ask ClickHouse what came last; without a worker nobody's clock goes."""
    if not log.workers:
        return Clock(None, now_ms, policy.max_clock_skew_ms)
    return decided(client.query(SEEN).result_rows, log, policy, now_ms)


def decided(seen: Iterable[tuple[Any, ...]], log: Log, policy: Policy, now_ms: int) -> Clock:
    """Take the slowest pair's clock: the slower of its topics, but one that is read to its end and quiet follows the wall."""
    wall_ms = now_ms - SLACK_MS
    pairs: dict[int, list[int]] = defaultdict(list)
    for topic, partition, happened_ms, received_ms in seen:
        quiet = received_ms < wall_ms - policy.idle_after_ms and not log.behind((topic, partition))
        if not quiet:
            pairs[partition].append(received_ms if happened_ms is None else min(happened_ms, received_ms))
    reached = min((min(busy) for busy in pairs.values()), default=wall_ms)
    decided_ms = min(reached, wall_ms) - policy.allowed_lateness_ms - SLACK_MS
    return Clock(decided_ms, now_ms, policy.max_clock_skew_ms)
