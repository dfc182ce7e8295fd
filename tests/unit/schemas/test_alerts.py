"""Alerts are written and read again unchanged, and damaged ones are told."""

import json

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import Alert, AlertKind, AlertState, decode, encode
from schemas.codec import Refused


def alert(**changes):
    plain = {"id": "wait-1", "kind": AlertKind.WAIT_BREACH, "state": AlertState.OPENED, "what": "No offer for 3 h"}
    return Alert(
        **plain
        | {"who": "j-1", "where": "proposal", "since_ms": 7, "changed_ms": 9, "numbers": {"waited_ms": 9, "share": 1.2}}
        | changes
    )


def test_an_alert_is_read_as_it_was_written():
    assert decode(encode(alert())) == alert()
    assert decode(encode(alert(state=AlertState.RESOLVED, who=None, numbers={}))).state is AlertState.RESOLVED


def test_whole_numbers_stay_whole():
    assert encode(alert()).endswith(b'"numbers":{"waited_ms":9,"share":1.2}}')


def test_an_alert_about_nobody_in_particular_does_not_name_anybody():
    assert "who" not in json.loads(encode(alert(kind=AlertKind.UNANSWERED, who=None, where="chat")))


@given(st.none() | st.binary(max_size=100))
def test_any_bytes_are_an_alert_or_have_a_reason(raw):
    assert isinstance(decode(raw), Alert | Refused)


def test_an_alert_of_unknown_kind_is_refused():
    raw = json.dumps(json.loads(encode(alert())) | {"kind": "rumour"}).encode()
    assert decode(raw).detail.startswith("Alert: kind: ")
