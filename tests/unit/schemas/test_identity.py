"""Ids are the same in every run, on every machine, and fit an unsigned 64-bit column."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from schemas.identity import event_hash, session_id, wait_id

IDENTIFIERS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)


def test_ids_written_down_once_never_change():
    assert event_hash("e-1") == 4405009199250856325
    assert session_id("j-1", 1_767_225_600_000) == 7486111267108475431
    assert wait_id("j-1", "call-9", 1_767_225_600_000) == 9678139363166359402


def test_another_process_computes_the_same_id():
    code = "from schemas.identity import session_id; print(session_id('Ștefan', 5))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) == session_id("Ștefan", 5)


@given(IDENTIFIERS, IDENTIFIERS, st.integers(-(2**53), 2**53))
def test_every_id_fits_an_unsigned_64_bit_column(journey, conversation, moment):
    assert 0 <= event_hash(journey) < 2**64
    assert 0 <= session_id(journey, moment) < 2**64
    assert 0 <= wait_id(journey, conversation, moment) < 2**64


def test_the_end_of_one_part_is_not_taken_for_the_start_of_the_next():
    assert wait_id("a", "bc", 1) != wait_id("ab", "c", 1)
    assert session_id("j1", 23) != session_id("j12", 3)
