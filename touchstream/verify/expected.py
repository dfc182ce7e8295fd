"""Compare what was sent, as `touchstream simulate --expected` wrote it down, with what is there."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from schemas.registry import TOPIC_OF
from schemas.topics import EVENTS
from touchstream.errors import UserError
from touchstream.verify.difference import Difference, Kind
from touchstream.verify.ledger import Account, Place

COUNTED: Final = (
    "SELECT touchpoint, type, count() FROM v_interactions GROUP BY touchpoint, type "
    "UNION ALL SELECT touchpoint, kind, count() FROM v_answers GROUP BY touchpoint, kind"
)
Sent = dict[str, Any]


def read_expected(path: Path) -> Sent:
    """Read one file; anything else than a ledger of the simulator is told."""
    try:
        sent = json.loads(path.read_text())
        return {"topics": sent["topics"], "touchpoints": sent["touchpoints"]}
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}; give a file that `simulate --expected` wrote") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: not a ledger of the simulator ({error!r}); give what `simulate --expected` wrote"
        ) from error


def expected_differences(
    client: Client, sent: Iterable[Sent], accounts: Mapping[Place, Account]
) -> Iterator[Difference]:
    """Compare all files together with all that is there: nothing else may have been sent to these topics."""
    sent = list(sent)
    for topic in EVENTS:
        wanted = Counter[str]()
        for each in sent:
            numbers = each["topics"].get(topic.name, {})
            wanted.update({name: numbers.get(name, 0) for name in ("sent", "valid", "duplicates", "wrong_key")})
            wanted["dead_letters"] += sum(numbers.get("garbage", {}).values())
        of_topic = [account for (name, _), account in accounts.items() if name == topic.name]
        yield from _topic_differences(topic.name, wanted, of_topic)
    yield from _fact_differences(client, sent)


def _topic_differences(topic: str, wanted: Counter[str], accounts: list[Account]) -> Iterator[Difference]:
    found = Counter[str]()
    for account in accounts:
        found.update(account.places)
    for name, number in (
        ("stored", wanted["valid"]),
        ("dead_letters", wanted["dead_letters"]),
        ("rekeyed", wanted["wrong_key"]),
    ):
        yield from _judged(f"{topic}, {name.replace('_', ' ')}", found[name], number)
    # A crash between sending a message back with the right key and the commit sends it twice: one duplicate more each.
    consumed = sum(account.next_offset - account.first_offset for account in accounts)
    again = consumed - wanted["sent"] - wanted["wrong_key"]
    yield from _judged(f"{topic}, duplicates", found["duplicates"], wanted["duplicates"] + max(again, 0))


def _fact_differences(client: Client, sent: Iterable[Sent]) -> Iterator[Difference]:
    wanted = Counter[tuple[str, str]]()
    for each in sent:
        for touchpoint, types in each["touchpoints"].items():
            wanted.update({(touchpoint, kind): number for kind, number in types.items()})
    found = Counter({(touchpoint, kind): n for touchpoint, kind, n in client.query(COUNTED).result_rows})
    for touchpoint, kind in sorted(wanted.keys() | found.keys()):
        subject = f"{TOPIC_OF[kind]}, {kind} at {touchpoint}"
        yield from _judged(subject, found[touchpoint, kind], wanted[touchpoint, kind])


def _judged(subject: str, found: int, wanted: int) -> Iterator[Difference]:
    if found != wanted:
        yield Difference(Kind.LOST if found < wanted else Kind.DOUBLE, subject, f"{found} there, {wanted} sent")
