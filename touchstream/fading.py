"""Journeys of which facts may have expired: what is left of them does not say any more what was concluded from all of them."""

from typing import Final

from clickhouse_connect.driver.client import Client

from schemas.durations import DAY_MS
from streams.logic.experiences import WITHIN_MS
from streams.logic.policy import Policy

# Whatever reaches back further than this, or did before it expired.
BEFORE: Final = "fromUnixTimestamp64Milli({faded_ms:Int64}, 'UTC')"
FADED: Final = " UNION DISTINCT ".join(
    f"SELECT journey_id FROM {table} WHERE {at} < {BEFORE}"  # noqa: S608 - names of ours
    for table, at in (
        ("interactions", "occurred_at"),
        ("answers", "occurred_at"),
        ("sessions", "started_at"),
        ("waits", "asked_at"),
        ("conversations", "opened_at"),
        ("cases", "heard_at"),
    )
)


def faded_ms(client: Client, policy: Policy) -> int:
    """Journeys with anything before this moment may lack facts; 0 when facts are kept for ever.

    What lies further before everything that is left than state remembers anything (journeys, conversations, open waits, bad
    experiences) changes nothing.
    """
    found = client.query(
        "SELECT toUnixTimestamp64Milli(certain_from) FROM v_retention WHERE what = 'facts'"
    ).result_rows
    certain_ms = int(found[0][0]) if found else 0
    of_talks_ms = max(policy.conversation_retention_ms, policy.open_wait_retention_ms)
    remembered_ms = max(policy.state_retention_ms, of_talks_ms, WITHIN_MS)
    return certain_ms + remembered_ms + DAY_MS if certain_ms > 0 else 0
