"""A row that ClickHouse refuses becomes a dead letter, whatever stands in it."""

from schemas import letters
from schemas.alerts import Alert, AlertKind, AlertState
from sinks import tables
from sinks.outcome_rows import alert_row
from sinks.storing import RefusedRow
from streams.worker import letters_of_refused_rows
from tests.pairs import NOW


def test_the_letter_of_a_row_from_a_topic_that_anybody_may_write_to() -> None:
    kind, state = AlertKind.UNANSWERED, AlertState.OPENED
    alert = Alert(id="a", kind=kind, state=state, what="", where="chat", since_ms=NOW, changed_ms=NOW, version=-1)
    refused = RefusedRow(tables.ALERTS, alert_row(alert), "version is out of range")
    [message] = letters_of_refused_rows([refused], partitions=1)
    letter = letters.decode(message.value)
    assert (letter.origin, letter.reason) == ("clickhouse.alerts|0|0", "unstorable")
