"""What must hold between the parts of a catalogue: names are unique, and what a part points at exists."""

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from schemas.catalogue_parts import Clock, Stage
from schemas.durations import DAY_MS, written
from schemas.located_yaml import Place

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

Found = Iterator[tuple[Place, str]]


def misfits(catalogue: "Catalogue") -> Found:
    """Every place where the parts do not fit together, with what is wrong and the cure."""
    for section in ("touchpoints", "channels", "targets", "calendars", "funnels", "causes", "emotions"):
        yield from _repeated(section, getattr(catalogue, section))
    yield from _touchpoints(catalogue)
    yield from _targets(catalogue)
    yield from _funnels(catalogue)
    yield from _times(catalogue)


def _repeated(section: str, entries: Sequence[Any]) -> Found:
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if first.setdefault(entry.id, index) != index:
            yield (section, index, "id"), f"{entry.id!r} is already {section}[{first[entry.id]}]: give it another id"


def _unknown(name: str, section: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, n=1)
    cure = (
        f"write {close[0]!r} if you meant that" if close else f"use one of {', '.join(sorted(known)) or '(none yet)'}"
    )
    return f"{name!r} is not one of the {section}: {cure}, or add it there"


def _touchpoints(catalogue: "Catalogue") -> Found:
    channels = {each.id for each in catalogue.channels}
    targets = {each.id for each in catalogue.targets}
    for index, each in enumerate(catalogue.touchpoints):
        if each.channel not in channels:
            yield ("touchpoints", index, "channel"), _unknown(each.channel, "channels", channels)
        if each.target is not None and each.target not in targets:
            yield ("touchpoints", index, "target"), _unknown(each.target, "targets", targets)
        if each.id in set(Stage):
            yield (
                ("touchpoints", index, "id"),
                f"{each.id!r} is the name of a stage: a funnel could mean either, rename it",
            )


def _targets(catalogue: "Catalogue") -> Found:
    calendars = {each.id for each in catalogue.calendars}
    default_for: dict[str, str] = {}
    for index, each in enumerate(catalogue.targets):
        if each.calendar is not None and each.calendar not in calendars:
            yield ("targets", index, "calendar"), _unknown(each.calendar, "calendars", calendars)
        if each.clock is Clock.BUSINESS and each.calendar is None:
            yield ("targets", index), "the business clock needs opening hours: add 'calendar', or use clock: calendar"
        for kind in each.default_for:
            if (other := default_for.setdefault(kind, each.id)) != each.id:
                yield (
                    ("targets", index, "default_for"),
                    f"{kind.value!r} already has {other!r} as its default: keep one",
                )


def _funnels(catalogue: "Catalogue") -> Found:
    steps = {each.id for each in catalogue.touchpoints} | {stage.value for stage in Stage}
    for index, each in enumerate(catalogue.funnels):
        for number, step in enumerate(each.steps):
            if step not in steps:
                yield ("funnels", index, "steps", number), _unknown(step, "touchpoints or stages", steps)


def _times(catalogue: "Catalogue") -> Found:
    time = catalogue.time
    if time.pane_retention_ms < DAY_MS + time.allowed_lateness_ms:
        yield (
            ("time", "pane_retention"),
            "is shorter than the longest window: make it 24h plus allowed_lateness or more",
        )
    gaps = [catalogue.sessions.gap_ms, *(each.gap_ms for each in catalogue.channels if each.gap_ms is not None)]
    if time.state_retention_ms <= max(gaps):
        yield (
            ("time", "state_retention"),
            f"is not longer than the longest session gap, {written(max(gaps))}: make it longer, or that gap shorter",
        )
    elif time.state_retention_ms < time.pane_retention_ms:
        yield (
            ("time", "state_retention"),
            "is shorter than pane_retention, so a restart would empty rolling windows: make it that long or longer",
        )
    if time.conversation_retention_ms < time.state_retention_ms:
        yield ("time", "conversation_retention"), "is shorter than state_retention: make it that long or longer"
