"""What is wrong with a catalogue, one line a mistake: where it is, what stands there, and the cure."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.located_yaml import LocatedYaml, Place


class CatalogueError(ValueError):
    """The catalogue cannot be used; `mistakes` has one line for each mistake, with its cure."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class MisfitError(ValueError):
    """Parts that are right alone and wrong together: places inside the catalogue, each with its message."""

    def __init__(self, found: Sequence[tuple[Place, str]]) -> None:
        super().__init__("; ".join(f"{written_place(place)}: {message}" for place, message in found))
        self.found = tuple(found)


def described(error: ValidationError, model: type[BaseModel], path: Path, document: LocatedYaml) -> list[str]:
    """One line for each mistake, in the order of the file."""
    found = [(document.line(place), place, text) for one in error.errors() for place, text in _mistakes(one, model)]
    found.sort(key=lambda mistake: mistake[0])
    return [f"{path}:{line}: {written_place(place)}: {' '.join(text.split())}" for line, place, text in found]


def written_place(place: Place) -> str:
    """Write a place as people do: touchpoints[3].stage."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".") or "the file"


def _mistakes(error: ErrorDetails, model: type[BaseModel]) -> Iterator[tuple[Place, str]]:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, MisfitError):
        yield from ((error["loc"] + place, message) for place, message in cause.found)
    else:
        place = tuple(step for step in error["loc"] if step != "[key]")
        yield place, _message(error, _keys_at(model, place))


# What to say about each kind of error that pydantic finds; other kinds are told in its own words.
CURES = {
    "missing": "is missing: add it",
    "extra_forbidden": "is not known here: use one of {known}",
    "enum": "{value} is not one of {expected}",
    "string_type": "{value} is not text: put it in quotes",
    "bool_type": "{value} is neither true nor false",
    "tuple_type": "{value} is not a list: write it as [a, b] or as lines that begin with a dash",
    "frozen_set_type": "{value} is not a list: write it as [a, b] or as lines that begin with a dash",
    "model_type": "{value} is not a mapping: write it as lines of 'key: value'",
    "dict_type": "{value} is not a mapping: write it as lines of 'key: value'",
    "string_pattern_mismatch": "{value} does not look as it should: it must match {pattern}",
    "value_error": "{error}",
}


def _message(error: ErrorDetails, known_keys: list[str]) -> str:
    said = error["msg"][:1].lower() + error["msg"][1:]
    words = {"value": repr(error["input"]), "known": ", ".join(known_keys), "said": said, **error.get("ctx", {})}
    return CURES.get(error["type"], "{value} does not fit: {said}").format(**words)


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """Keys that the mapping around a place knows, as the file writes them."""
    for step in place[:-1]:
        field = _fields(model).get(step) if isinstance(step, str) else None
        candidates = (field, *get_args(field)) if field else ()
        model = next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), model)
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}
