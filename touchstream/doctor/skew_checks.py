"""What runs apart: partitions whose event time is far behind the others, producers whose clock is ahead."""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from clickhouse_connect.driver.client import Client

from touchstream.doctor.findings import Finding, fail, ok

FAR_BEHIND_S: Final = 900
TOO_MANY_CLAMPED: Final = 0.01
ENOUGH: Final = 100  # messages from which on a share says something
RECENT: Final = "received_at > now64(3) - INTERVAL 1 DAY"
NEWEST: Final = f"""
SELECT source_partition, toUnixTimestamp64Milli(max(occurred_at)) FROM interactions WHERE {RECENT} GROUP BY source_partition
"""  # noqa: S608 - only constants of this file
CLAMPED: Final = f"""
SELECT touchpoint, countIf(clamped), count() FROM
(
    SELECT touchpoint, clamped FROM interactions WHERE {RECENT}
    UNION ALL
    SELECT touchpoint, clamped FROM answers WHERE {RECENT}
)
GROUP BY touchpoint ORDER BY countIf(clamped) / count() DESC, touchpoint
"""  # noqa: S608 - only constants of this file


def skew_findings(client: Client, behind: Callable[[], Collection[int]], max_skew_ms: int) -> Iterator[Finding]:
    """Compare partitions with each other and producers with the clock; `behind` names the pairs that have unread messages."""
    newest = {int(partition): int(ms) for partition, ms in client.query(NEWEST).result_rows}
    yield pairs_finding(newest, behind)
    counts = [(str(place), int(clamped), int(total)) for place, clamped, total in client.query(CLAMPED).result_rows]
    yield clocks_finding(counts, max_skew_ms)


def pairs_finding(newest_ms: dict[int, int], behind: Callable[[], Collection[int]]) -> Finding:
    """Name the pair that is furthest behind the others in event time; one without unread messages is only quiet."""
    front_ms = max(newest_ms.values(), default=0)
    far = {pair: (front_ms - ms) / 1000 for pair, ms in newest_ms.items() if front_ms - ms > FAR_BEHIND_S * 1000}
    skewed = {pair: seconds for pair, seconds in far.items() if pair in behind()} if far else {}
    if not skewed:
        return ok("event time", f"{len(newest_ms)} partition pairs are together, or have nothing to read")
    pair, seconds = max(skewed.items(), key=lambda each: each[1])
    others = f" ({len(skewed)} pairs are far behind)" if len(skewed) > 1 else ""
    cure = "see whether its worker is slower, or one key has most of the messages; until then its waits and sessions end late"
    return fail("skewed", f"pair {pair} is {seconds / 60:.0f} min of event time behind the others{others}", cure)


def clocks_finding(counts: list[tuple[str, int, int]], max_skew_ms: int) -> Finding:
    """Name the touchpoint with the largest share of events from the future."""
    clamped, total = sum(row[1] for row in counts), sum(row[2] for row in counts)
    ahead = f"more than {max_skew_ms / 1000:.0f} s ahead"
    for place, wrong, of_place in counts:
        if of_place >= ENOUGH and wrong / of_place > TOO_MANY_CLAMPED:
            seen = f"{wrong:,} of {of_place:,} events of {place} in a day ({wrong / of_place:.1%}) were {ahead}"
            return fail(
                "skewed clock",
                seen,
                "set its producers' clocks with NTP: such times are replaced by the time of receipt",
            )
    return ok("producers' clocks", f"{clamped:,} of {total:,} events in a day were {ahead}")
