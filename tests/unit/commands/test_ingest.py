"""What `touchstream ingest` says at the end."""

import pytest

from schemas.codec import Reason, Refused
from touchstream.commands.ingest import _say
from touchstream.errors import UserError
from touchstream.ingest.refusals import Refusals
from touchstream.ingest.rows import Row
from touchstream.ingest.run import Report


@pytest.fixture
def refusals() -> Refusals:
    refusals = Refusals()
    refusals.add(Row(150_001, 150_001), Refused(Reason.NOT_JSON, "{"))
    return refusals


def test_a_file_without_one_event_is_told_that_the_adapter_may_be_wrong(refusals):
    with pytest.raises(UserError, match="no row of the file became an event"):
        _say(Report(rows=1), refusals, None)


def test_the_end_of_an_interrupted_run_may_be_refused_as_a_whole(refusals, capsys):
    _say(Report(rows=1, resumed_after=150_000), refusals, None)
    assert "1 rows (after 150,000 of an earlier run) gave 0 events" in capsys.readouterr().out
