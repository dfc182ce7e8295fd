"""A dead letter keeps the message as it came, so that it can be sent again once the cause is repaired."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import MAX_BYTES, Reason, Refused
from schemas.letters import MAX_KEY_BYTES, DeadLetter, decode, encode
from schemas.topics import DEAD_LETTERS


def letter(value=b"\xff", key=b"j-1", **changes):
    plain = {"topic": "touchpoint.feedback", "partition": 3, "offset": 77, "reason": Reason.NOT_UTF8}
    return DeadLetter.of(**plain | {"detail": "byte 0", "key": key, "value": value, "received_ms": 5} | changes)


@given(st.none() | st.binary(), st.none() | st.binary(), st.text(), st.sampled_from(Reason), st.integers(0, 2**63))
def test_a_letter_gives_back_the_bytes_of_its_message(value, key, detail, reason, offset):
    written = decode(encode(letter(value, key, detail=detail, reason=reason, offset=offset)))
    assert (written.message_value, written.message_key) == (value, key)
    assert (written.origin_offset, written.reason, written.cut) == (offset, reason, False)
    assert written.raw_bytes == len(value or b"")
    assert written.detail.isprintable() or not written.detail


def test_a_message_of_exactly_the_longest_is_whole_and_a_longer_one_is_cut_and_says_so():
    whole, cut = letter(b"x" * MAX_BYTES), letter(b"x" * (2 * MAX_BYTES))
    assert (len(whole.message_value), whole.raw_bytes, whole.cut) == (MAX_BYTES, MAX_BYTES, False)
    assert (len(cut.message_value), cut.raw_bytes, cut.cut) == (MAX_BYTES, 2 * MAX_BYTES, True)


def test_a_key_that_is_too_long_is_cut_and_says_so():
    assert not letter(key=b"k" * MAX_KEY_BYTES).cut
    cut = letter(key=b"k" * (MAX_KEY_BYTES + 1))
    assert (cut.cut, len(cut.message_key)) == (True, MAX_KEY_BYTES)


def test_the_longest_letter_fits_into_its_topic():
    longest = letter(b"x" * (2 * MAX_BYTES), b"k" * (2 * MAX_KEY_BYTES), detail="é" * 999, offset=2**63)
    assert len(encode(longest)) + len(longest.origin) < DEAD_LETTERS.max_message_bytes


def test_a_new_letter_was_first_seen_when_it_was_received_and_tried_once():
    assert (letter().first_seen_ms, letter().attempts) == (5, 1)


def test_the_key_of_a_letter_is_the_place_of_its_message():
    assert letter().origin == "touchpoint.feedback|3|77"


def test_a_message_without_value_is_not_one_with_an_empty_value():
    assert decode(encode(letter(None))).message_value is None
    assert decode(encode(letter(b""))).message_value == b""


@given(st.none() | st.binary(max_size=100))
def test_any_bytes_are_a_letter_or_have_a_reason(raw):
    assert isinstance(decode(raw), DeadLetter | Refused)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"raw": "not base64!"}, "raw"),
        ({"raw": "A"}, "raw"),
        ({"reason": "bad mood"}, "reason"),
        ({"attempts": 0}, "attempts"),
    ],
)
def test_a_damaged_letter_is_refused_with_its_field(changes, field):
    raw = json.dumps(json.loads(encode(letter())) | changes).encode()
    assert decode(raw).detail.startswith(f"DeadLetter: {field}: ")
