import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka import TopicPartition

from schemas.topics import FEEDBACK, INTERACTIONS
from touchstream.errors import UserError
from touchstream.lag import Lag
from touchstream.verify.difference import Kind
from touchstream.verify.expected import expected_differences, read_expected
from touchstream.verify.ledger import Account, Log, ledger_differences

TOPIC = INTERACTIONS.name
PLACE = (TOPIC, 3)


def account(first: int = 0, following: int = 10, holes: int = 0, doubles: int = 0, **places: int) -> Account:
    kept = {"stored": following - first, "duplicates": 0, "rekeyed": 0, "dead_letters": 0}
    return Account(first, following, holes, doubles, kept | places)


def log(committed: int = 10, begins: int = 0, end: int = 10) -> Log:
    at = TopicPartition(*PLACE)
    return Log({PLACE: begins}, Lag({at: end}, {at: committed}), workers=1)


@pytest.mark.parametrize(
    ("of_place", "of_log", "seen"),
    [
        pytest.param({PLACE: account()}, log(), [], id="everything is somewhere"),
        pytest.param({PLACE: account(following=12)}, log(), [], id="stored, not committed yet"),
        pytest.param({PLACE: account(first=4)}, log(begins=6), [], id="the broker has deleted what is stored"),
        pytest.param({}, log(committed=6, begins=6), [], id="nothing was ever there to read"),
        pytest.param({}, log(), [(Kind.LOST, "offsets 0 to 9 are committed and nowhere")], id="nothing at all"),
        pytest.param({PLACE: account(first=2)}, log(), [(Kind.LOST, "offsets 0 to 1 are nowhere")], id="the head"),
        pytest.param({PLACE: replace(account(first=2), expired=True)}, log(), [], id="the head has expired"),
        pytest.param(
            {PLACE: account(following=8)},
            log(),
            [(Kind.LOST, "offsets 8 to 9 are committed and nowhere")],
            id="the end",
        ),
        pytest.param({PLACE: account(holes=2)}, log(), [(Kind.LOST, "2 offsets are nowhere")], id="in the middle"),
        pytest.param({PLACE: account(doubles=1)}, log(), [(Kind.DOUBLE, "1 offsets are in more")], id="twice"),
    ],
)
def test_every_committed_offset_is_in_exactly_one_place(
    of_place: Any, of_log: Log, seen: list[tuple[Kind, str]]
) -> None:
    found = list(ledger_differences(of_place, of_log))
    assert [(each.kind, each.seen[: len(words)]) for each, (_, words) in zip(found, seen, strict=True)] == seen


class Asked:
    """ClickHouse, as far as the counts of facts go."""

    def __init__(self, *rows: tuple[str, str, int]) -> None:
        self.result_rows = rows

    def query(self, _: str) -> "Asked":
        return self


def sent(**changes: int) -> dict[str, Any]:
    numbers = {"sent": 10, "valid": 7, "duplicates": 2, "wrong_key": 1} | changes
    of_topic = numbers | {"garbage": {"empty": 1}}
    return {"topics": {TOPIC: of_topic}, "touchpoints": {"web_home": {"page_view": numbers["valid"]}}}


COUNTED = Asked(("web_home", "page_view", 7))


@pytest.mark.parametrize(
    ("kept", "seen"),
    [
        pytest.param({}, [], id="as it was sent"),
        pytest.param({"following": 12, "duplicates": 3}, [], id="a rekeyed message went round twice"),
        pytest.param({"stored": 6}, [(Kind.LOST, "stored")], id="a fact less"),
        pytest.param({"dead_letters": 2}, [(Kind.DOUBLE, "dead letters")], id="a dead letter more"),
        pytest.param({"rekeyed": 0}, [(Kind.LOST, "rekeyed")], id="not sent back"),
        pytest.param({"duplicates": 3}, [(Kind.DOUBLE, "duplicates")], id="a duplicate more"),
    ],
)
def test_what_was_sent_is_compared_with_what_is_there(kept: dict[str, int], seen: list[tuple[Kind, str]]) -> None:
    as_sent = {"following": 11, "stored": 7, "duplicates": 2, "rekeyed": 1, "dead_letters": 1}
    of_place = account(**as_sent | kept)
    found = expected_differences(COUNTED, [sent()], {PLACE: of_place})  # type: ignore[arg-type]
    assert [(each.kind, each.subject) for each in found] == [(kind, f"{TOPIC}, {name}") for kind, name in seen]


def test_facts_are_compared_by_touchpoint_and_type_and_files_add_up() -> None:
    twice = account(following=22, stored=14, duplicates=4, rekeyed=2, dead_letters=2)
    counted = Asked(("web_home", "page_view", 13), ("web_home", "survey_answer", 1))
    found = list(expected_differences(counted, [sent(), sent()], {PLACE: twice}))  # type: ignore[arg-type]
    assert [str(each).split("  ", 1)[1].strip() for each in found] == [
        f"{TOPIC}, page_view at web_home: 13 there, 14 sent",
        f"{FEEDBACK.name}, survey_answer at web_home: 1 there, 0 sent",
    ]


def test_a_file_that_is_no_ledger_is_told_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "sent.json"
    with pytest.raises(UserError, match=r"sent\.json: No such file"):
        read_expected(file)
    for text in ("[]", "{}", "no"):
        file.write_text(text)
        with pytest.raises(UserError, match=r"sent\.json: not a ledger of the simulator"):
            read_expected(file)
    file.write_text(json.dumps(sent()))
    assert read_expected(file) == sent()
