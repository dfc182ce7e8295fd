"""Old shapes of events, told in the newest shape: one function a type and version, from that version to the next."""

from collections.abc import Callable
from typing import Any, Final

Fields = dict[str, Any]
Upcaster = Callable[[Fields], Fields]


def survey_answer_2(old: Fields) -> Fields:
    """Name the answer `score` and the points of its scale `scale`; version 1 called them `value` and `max`."""
    renamed = {"value": "score", "max": "scale"}
    kept = {name: value for name, value in old.items() if name not in renamed}
    return kept | {new: old[name] for name, new in renamed.items() if name in old}


UPCASTERS: Final[dict[tuple[str, int], Upcaster]] = {
    ("survey_answer", 1): survey_answer_2,
}


def upcast(fields: Fields, *, current: int) -> Fields | None:
    """Tell an event in the current version of its type, None when no path leads there."""
    version = fields["schema_version"]
    while version != current:
        step = UPCASTERS.get((fields["type"], version))
        if step is None:
            return None
        version += 1
        fields = step(fields) | {"schema_version": version}
    return fields
