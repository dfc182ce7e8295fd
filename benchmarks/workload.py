"""What the benchmarks feed: a day at a web shop with a service desk, made without the simulator so that it never changes.

Of 100 events 84 are page views, 6 link clicks, 8 belong to conversations and 2 are survey answers. Eleven events a journey; journeys overlap
in time; 98 % arrive within two seconds of their order, 2 % up to two minutes late. About 270 bytes an event.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final

from schemas.topics import FEEDBACK, INTERACTIONS
from streams.outbox import Message
from streams.placing import partition_of

HOURS: Final = 8
EVENTS_PER_JOURNEY: Final = 11
PAGES: Final = ("web_home", "web_product", "web_blog", "web_cart", "web_pricing", "web_reviews")


def messages(
    count: int,
    partitions: int,
    *,
    end_ms: int,
    seed: int = 1,
    journeys: Sequence[str] = (),
    pages: Sequence[str] = PAGES,
) -> list[Message]:
    """`count` messages of the hours before `end_ms`, in the order of their arrival. The journeys given come first, then new ones."""
    arrivals = sorted(_arrivals(count, end_ms - HOURS * 3_600_000, Random(seed), journeys, pages))
    homes: dict[str, int] = {}
    found = []
    for _, topic, journey, value in arrivals:
        if journey not in homes:
            homes[journey] = partition_of(journey.encode(), partitions)
        found.append(Message(topic, homes[journey], journey.encode(), value.encode()))
    return found


def _arrivals(
    count: int, start_ms: int, random: Random, journeys: Sequence[str], pages: Sequence[str]
) -> Iterator[tuple[int, str, str, str]]:
    made, span_ms, given = 0, HOURS * 3_600_000, iter(journeys)
    while made < count:
        journey = next(given, None) or f"journey-{random.getrandbits(64):016x}"
        at_ms = start_ms + int(random.random() * span_ms)
        for _ in range(min(random.randint(1, 2 * EVENTS_PER_JOURNEY - 1), count - made)):
            at_ms += int(random.expovariate(1 / 40_000))
            late_ms = random.randrange(2_000) if random.random() < 0.98 else random.randrange(120_000)
            yield at_ms + late_ms, *_event(made, journey, at_ms, random, pages)
            made += 1


def _event(number: int, journey: str, at_ms: int, random: Random, pages: Sequence[str]) -> tuple[str, str, str]:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    shared = (
        f'"event_id":"event-{number:012d}","occurred_at":"{moment}","journey_id":"{journey}",'
        f'"segment":"retail","variant":"{"AB"[number % 2]}"'
    )
    kind = random.random()
    if kind < 0.84:
        page = random.choice(pages)
        return (
            INTERACTIONS.name,
            journey,
            f'{{"type":"page_view",{shared},"touchpoint":"{page}","url":"https://shop.example/{page}?n={number}"}}',
        )
    if kind < 0.90:
        return (
            INTERACTIONS.name,
            journey,
            f'{{"type":"link_click",{shared},"touchpoint":"link_campaign","url":"https://shop.example/","medium":"link"}}',
        )
    if kind < 0.98:
        direction, actor = (("inbound", "customer"), ("outbound", "agent"))[number % 2]
        talk = f'"conversation_id":"talk-{journey}","direction":"{direction}","actor":"{actor}"'
        return INTERACTIONS.name, journey, f'{{"type":"message",{shared},"touchpoint":"chat_support",{talk}}}'
    score = random.randint(0, 10)
    return (
        FEEDBACK.name,
        journey,
        f'{{"type":"survey_answer","schema_version":2,{shared},"touchpoint":"survey_email","metric":"nps","score":{score},"scale":10}}',
    )
