"""Whether the workers get on: stuck, lagging, or with some partitions far behind the others."""

from collections.abc import Callable, Iterator
from typing import Final

from touchstream.doctor.findings import Finding, fail, ok
from touchstream.lag import Lag

SECOND_LOOK_S: Final = 3.0
THIRD_LOOK_S: Final = 12.0  # some partitions may rest for a turn or two while others are read
NAMED: Final = 5


def lag_findings(look: Callable[[], Lag], wait: Callable[[float], None]) -> Iterator[Finding]:
    """Tell whether the workers keep up: a lag is only wrong when nothing is done about it, or too little."""
    first = look()
    if first.total == 0:
        yield ok("lag", f"none, of {first.messages:,} messages")
        return
    wait(SECOND_LOOK_S)
    second = look()
    if not second.committed:
        yield fail("lag", f"{second.total:,} messages and no worker has ever read one", "start `touchstream worker`")
        return
    if first.done == second.done:
        cure = "start `touchstream worker`, or read its log: it waits for ClickHouse when that is away"
        yield fail("stuck", f"{second.total:,} messages, nothing was committed in {SECOND_LOOK_S:.0f} s", cure)
        return
    yield pace_finding(first, second, SECOND_LOOK_S)
    if first.unmoved(second):
        wait(THIRD_LOOK_S)
        yield stuck_finding(first, look(), SECOND_LOOK_S + THIRD_LOOK_S)


def pace_finding(first: Lag, second: Lag, seconds: float) -> Finding:
    """Tell whether the lag shrinks, and when it will be gone."""
    done, arrived = (second.done - first.done) / seconds, (second.messages - first.messages) / seconds
    pace = f"{second.total:,} messages, {done:,.0f} a second are worked off and {arrived:,.0f} arrive"
    if done <= arrived and second.total > first.total and not second.is_past(first):
        cure = "start more workers, up to one for each partition; look at touchstream_stage_seconds for what takes time"
        return fail("lagging", pace, cure)
    if done <= arrived:
        return ok("lag", f"{pace}, being worked on")
    return ok("lag", f"{pace}, being worked on: gone in about {_span(second.total / (done - arrived))}")


def stuck_finding(first: Lag, last: Lag, seconds: float) -> Finding:
    """Name partitions that wait while others get on."""
    unmoved = first.unmoved(last)
    if not unmoved:
        return ok("stuck", "no partition")
    named = ", ".join(
        f"{tp.topic}[{tp.partition}] at {last.committed.get(tp, 0)} of {last.ends[tp]}" for tp in unmoved[:NAMED]
    )
    more = f" and {len(unmoved) - NAMED} more" if len(unmoved) > NAMED else ""
    seen = f"{named}{more}: nothing was committed in {seconds:.0f} s while others got on"
    return fail(
        "stuck", seen, "read the log of the worker that has them; it ends itself after TOUCHSTREAM_STUCK_AFTER_S"
    )


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
