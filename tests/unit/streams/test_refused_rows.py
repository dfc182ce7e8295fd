"""A row that ClickHouse refuses becomes a dead letter, whatever stands in it."""

import pytest

from schemas import letters
from schemas.alerts import Alert, AlertKind, AlertState
from sinks import tables
from sinks.outcome_rows import alert_row
from sinks.storing import RefusedRow
from streams.worker import letters_of_refused_rows
from tests.pairs import NOW

KIND, STATE = AlertKind.UNANSWERED, AlertState.OPENED
ALERT = Alert(id="a", kind=KIND, state=STATE, what="", where="chat", since_ms=NOW, changed_ms=NOW, version=-1)


def test_a_refused_value_writes_no_line_of_its_own_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    refused = RefusedRow(tables.ALERTS, alert_row(ALERT), "Cannot parse 'x\n[INFO] all is well\x1b[2J'")
    list(letters_of_refused_rows([refused], partitions=1))
    assert caplog.messages == [
        "ClickHouse refuses a row of alerts, it becomes a dead letter: Cannot parse 'x?[INFO] all is well?[2J'"
    ]


def test_the_letter_of_a_row_from_a_topic_that_anybody_may_write_to() -> None:
    refused = RefusedRow(tables.ALERTS, alert_row(ALERT), "version is out of range")
    [message] = letters_of_refused_rows([refused], partitions=1)
    letter = letters.decode(message.value)
    assert (letter.origin, letter.reason) == ("clickhouse.alerts|0|0", "unstorable")
