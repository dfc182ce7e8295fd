"""A person with a neighbour in a running system, for tests of what becomes of them."""

import json
import signal
import time
from typing import Any

from schemas.topics import FEEDBACK, INTERACTIONS
from tests.e2e.system import System

PERSON = "person-8f1c-qzx"
NEIGHBOUR = "neighbour-of-them"
WORDS = "unmistakably-hoarse-platypus"
STORED = ("v_interactions", "v_answers", "v_sessions", "v_waits", "v_conversations")


def iso(at_ms: int) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at_ms // 1000))}.{at_ms % 1000:03}Z"


def page_view(journey_id: str, at_ms: int, **more: Any) -> bytes:
    return json.dumps(
        {
            "event_id": f"e-{journey_id}-{at_ms}",
            "type": "page_view",
            "occurred_at": iso(at_ms),
            "journey_id": journey_id,
            "touchpoint": "web_home",
            "url": "https://shop.example/",
        }
        | more
    ).encode()


def restart(system: System) -> None:
    worker = system.workers[-1]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    number = len(system.workers)
    system.start_worker()
    system.until(lambda: "took over" in system.said(number), "the worker has its partitions", 40)


def send(system: System, key: bytes, value: bytes, topic: str = INTERACTIONS.name) -> tuple[str, int, int]:
    with system.producer() as producer:
        put = producer.send(topic, key=key, value=value).get(30)
    return topic, put.partition, put.offset


def appear(system: System, now_ms: int) -> dict[str, int]:
    """Let both live, the person also in letters that nobody can read; return what is stored of the neighbour."""
    live(system, PERSON, now_ms)
    live(system, NEIGHBOUR, now_ms)
    send(system, PERSON.encode(), b"\xff" + WORDS.encode())
    send(system, b"somebody", page_view(PERSON, now_ms)[:-1])
    system.settle()
    assert all(of_person(system, PERSON).values()), of_person(system, PERSON)
    return of_person(system, NEIGHBOUR)


def live(system: System, journey_id: str, at_ms: int) -> None:
    """Somebody looks at a page, asks for an offer, waits, and says what they think."""
    words = WORDS if journey_id == PERSON else "thanks"
    asks = {"type": "proposal", "action": "requested", "conversation_id": f"talk-{journey_id}-{at_ms}", "touchpoint": "proposal"}  # fmt: skip
    says = {"type": "survey_answer", "schema_version": 2, "metric": "nps", "score": 3, "scale": 10, "comment": words, "touchpoint": "survey_email"}  # fmt: skip
    bye = {"event_id": f"bye-{journey_id}-{at_ms}", "ends_session": True}
    ask = json.loads(page_view(journey_id, at_ms, **asks, event_id=f"ask-{journey_id}-{at_ms}"))
    say = json.loads(page_view(journey_id, at_ms, **says, event_id=f"say-{journey_id}-{at_ms}"))
    del ask["url"], say["url"]
    with system.producer() as producer:
        key = journey_id.encode()
        producer.send(INTERACTIONS.name, key=key, value=page_view(journey_id, at_ms - 1000, title=words))
        producer.send(INTERACTIONS.name, key=key, value=json.dumps(ask).encode())
        producer.send(INTERACTIONS.name, key=key, value=page_view(journey_id, at_ms + 1, **bye))
        producer.send(FEEDBACK.name, key=key, value=json.dumps(say).encode())
        producer.flush()


def of_person(system: System, journey_id: str) -> dict[str, int]:
    counts = {
        view: int(system.rows(f"SELECT count() FROM {view} WHERE journey_id = {{id:String}}", id=journey_id)[0][0])  # noqa: S608
        for view in STORED
    }
    letters_of = (
        "SELECT count() FROM dead_letters FINAL WHERE key = {id:String} OR position(value, {quoted:String}) > 0"
    )
    if journey_id == PERSON:
        counts["letters"] = int(system.rows(letters_of, id=journey_id, quoted=f'"{journey_id}"')[0][0])
    return counts
