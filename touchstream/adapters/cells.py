"""What one field of a column map says, and how its text becomes a value."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from string import Formatter
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictStr, field_validator, model_validator

from schemas.envelope import EPOCH, Event
from touchstream.ingest.rows import Row

Kind = Literal["text", "integer", "number", "boolean", "time", "list", "minor_units"]
ROW_NUMBER: Final = "row"  # {row} in a template: the number of the row, for files without an id
TRUE_WORDS: Final = frozenset({"1", "true", "yes", "y", "t"})
NAMED_FORMATS: Final = ("iso", "epoch_s", "epoch_ms")
FALSE_WORDS: Final = frozenset({"0", "false", "no", "n", "f"})
LARGEST: Final = 2**63 - 1  # a number of a thousand digits would take its time


class Cell(BaseModel):
    """Where a value comes from: a column, a template over columns, or a constant; and how to read it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    column: StrictStr | None = None
    template: StrictStr | None = None
    constant: StrictStr | int | float | bool | None = None
    kind: Kind | None = None  # what the field is, unless said otherwise
    format: StrictStr = "iso"  # of a time: iso, epoch_s, epoch_ms, or a strptime format
    zone: StrictStr = "UTC"  # of times written without an offset
    values: dict[str, str] | None = None  # the file's words for ours
    separator: Annotated[StrictStr, Field(min_length=1)] = ","  # of a list

    @model_validator(mode="after")
    def one_source(self) -> Self:
        """Refuse a field that is filled twice, or not at all."""
        if sum(part is not None for part in (self.column, self.template, self.constant)) != 1:
            raise ValueError("give exactly one of column, template and constant")
        return self

    @field_validator("zone")
    @classmethod
    def known_zone(cls, zone: str) -> str:
        """Refuse a zone that is not in the time zone database."""
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{zone!r} is no time zone; write one like Europe/Bucharest") from error
        return zone

    @field_validator("format")
    @classmethod
    def readable_format(cls, form: str) -> str:
        """Refuse what no time can be written in."""
        if form not in NAMED_FORMATS and not _reads_what_it_writes(form):
            raise ValueError(f"this reads no time; write one like %d.%m.%Y %H:%M, or {', '.join(NAMED_FORMATS)}")
        return form

    @field_validator("template")
    @classmethod
    def names_columns(cls, template: str) -> str:
        """Refuse braces that do not pair, or name nothing."""
        try:
            named = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        except ValueError as error:
            raise ValueError("braces go around the name of a column, like order-{number}") from error
        if not all(named):
            raise ValueError("empty braces name no column; write like order-{number}")
        return template

    @cached_property  # asked for every row
    def parts(self) -> tuple[tuple[str, str | None, str | None, str | None], ...]:
        """The texts of the template, each with the column that follows."""
        return tuple(Formatter().parse(self.template or ""))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column it reads."""
        named = {name for _, name, _, _ in self.parts if name}
        return (*sorted(named - {ROW_NUMBER}), *([self.column] if self.column else []))


def _reads_what_it_writes(form: str) -> bool:
    try:
        datetime.strptime(EPOCH.strftime(form), form)  # noqa: DTZ007 only to see whether it can
    except (ValueError, re.error):  # a part that does not exist; one that is named twice
        return False
    return "%" in form


def _whole(source: Any) -> Any:
    if isinstance(source, (dict, Cell)):
        return source
    return {"template" if isinstance(source, str) and "{" in source else "constant": source}


FieldSource = Annotated[Cell, BeforeValidator(_whole)]  # text with braces is a template, everything else a constant


def read_cell(name: str, cell: Cell, row: Row, kind: str) -> Any:
    """Return the value of one field in one row, None when a column of it is empty; raises ValueError with the field's name."""
    text = _text(cell, row)
    if not isinstance(text, str):
        return text
    text = text.strip()
    if cell.values is not None:
        if text not in cell.values:
            raise ValueError(f"{name}: {text!r} is not one of the map's values ({', '.join(cell.values)})")
        text = cell.values[text]
    if not text:
        return None
    kind = cell.kind or kind
    try:
        if kind == "time":
            return _time(text, cell.format, cell.zone)
        return _list(text, cell.separator) if kind == "list" else READ[kind](text)
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"{name}: expected {kind}, got {text!r}") from error


def _text(cell: Cell, row: Row) -> Any:
    if cell.column is not None:
        return row.cells[cell.column]
    if cell.template is not None:
        if empty_column(cell, row):  # "customer-" would be one journey of many strangers
            return None
        return _filled(cell, row)
    return cell.constant


def _filled(cell: Cell, row: Row) -> str:
    """Text of a template; `str.format` would take a dot in the name of a column for an attribute."""
    return "".join(
        text + (format(row.number if name == ROW_NUMBER else row.cells[name].strip(), form or "") if name else "")
        for text, name, form, _ in cell.parts
    )


def empty_column(cell: Cell, row: Row) -> str | None:
    """Name the first column without which this cell has no value in this row."""
    return next((name for name in cell.columns if not row.cells[name].strip()), None)


def _time(text: str, form: str, zone: str) -> datetime:
    if form in ("epoch_s", "epoch_ms"):
        return EPOCH + timedelta(milliseconds=float(text) * (1000 if form == "epoch_s" else 1))
    parsed = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007 zone follows
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))


def _list(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _boolean(text: str) -> bool:
    if text.lower() not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError(text)
    return text.lower() in TRUE_WORDS


def _minor_units(text: str) -> int:
    minor = Decimal(text) * 100
    if abs(minor) > LARGEST or minor != minor.to_integral_value():
        raise ValueError(text)
    return int(minor)


READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": _boolean,
    "minor_units": _minor_units,
}


def target_kinds(model: type[Event]) -> dict[str, str]:
    """Return the fields of an event with how their text is read."""
    fields = {name: _kind(field.annotation) for name, field in model.model_fields.items()}
    return {name: kind for name, kind in fields.items() if name not in ("type", "properties")}


def _kind(annotation: Any) -> str:
    written = str(annotation)  # a union of strict types: the name of the type inside is enough to tell
    for word, kind in (("list", "list"), ("datetime", "time"), ("float", "number")):
        if word in written:
            return kind
    if "bool" in written:
        return "boolean"
    return "integer" if "int" in written else "text"
