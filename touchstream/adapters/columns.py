"""Any CSV file, with a map that says which column, constant or template fills which field of which event."""

from collections.abc import Iterator, Mapping
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StrictStr, TypeAdapter, ValidationError, field_validator

from schemas.envelope import Event
from schemas.feedback import AnyFeedback
from schemas.interactions import AnyInteraction
from schemas.located_yaml import LocatedYaml, YamlError
from schemas.registry import MODEL_OF
from touchstream.adapters.cells import FieldSource, empty_column, read_cell, target_kinds
from touchstream.errors import UserError
from touchstream.ingest.adapter import Adapter, first_problem, row_by_row
from touchstream.ingest.rows import Row, Table

ANY_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[AnyInteraction | AnyFeedback, Field(discriminator="type")])


class FileFormat(BaseModel):
    """How the file is written."""

    model_config = ConfigDict(extra="forbid")

    delimiter: StrictStr = Field(default=",", min_length=1, max_length=1)
    encoding: StrictStr = "utf-8"

    @field_validator("encoding")
    @classmethod
    def known_encoding(cls, encoding: str) -> str:
        """Refuse what is not an encoding of text."""
        try:
            TextIOWrapper(BytesIO(), encoding=encoding)
        except (LookupError, ValueError) as error:
            raise ValueError("this is no encoding of text; write one like utf-8 or cp1252") from error
        return encoding


class EventMap(BaseModel):
    """One event a row gives: its type, when it applies, and its fields."""

    model_config = ConfigDict(extra="forbid")

    type: StrictStr
    # Column: the value, or one of the values, it must have.
    when: dict[str, str | list[str]] = Field(default_factory=dict)
    unless_empty: list[str] = Field(default_factory=list)  # columns that must hold something
    fields: dict[str, FieldSource]
    properties: dict[str, FieldSource] = Field(default_factory=dict)

    def applies(self, cells: Mapping[str, str]) -> bool:
        """Whether this row gives this event."""
        return all(cells[name].strip() for name in self.unless_empty) and all(
            cells[name].strip() in ([value] if isinstance(value, str) else value) for name, value in self.when.items()
        )

    def columns(self) -> set[str]:
        """Every column it reads."""
        cells = (*self.fields.values(), *self.properties.values())
        return {*self.when, *self.unless_empty}.union(*(cell.columns for cell in cells))


class ColumnMap(BaseModel):
    """What a file's columns mean."""

    model_config = ConfigDict(extra="forbid")

    file: FileFormat = FileFormat()
    events: list[EventMap] = Field(min_length=1)

    @classmethod
    def load(cls, path: Path) -> "ColumnMap":
        """Read a map; what is wrong with it is a `UserError`."""
        try:
            return cls.model_validate(LocatedYaml.read(path).values)
        except OSError as error:
            raise UserError(f"{path}: {error.strerror or error}; give a map that can be read with --map") from error
        except YamlError as error:
            raise UserError(f"{path}:{error.line}: {error}") from error
        except UnicodeError as error:
            raise UserError(f"{path}: {error}; write the map in UTF-8") from error
        except ValidationError as error:
            is_no_text = error.errors()[0]["type"] == "string_type"  # a number, or yes and no, which are true and false
            cure = "put it in quotes" if is_no_text else "see docs/ingest.md for what a map holds"
            raise UserError(f"{path}: {first_problem(error)}; {cure}") from error


class MappedColumns:
    """The adapter `csv`, complete once it has a map."""

    def with_map(self, path: Path) -> Adapter:
        """Return the adapter this map describes."""
        mapping = ColumnMap.load(path)
        plans = [_Plan(path, event) for event in mapping.events]
        columns = sorted(set[str]().union(*(event.columns() for event in mapping.events)))

        def translate(row: Row) -> Iterator[Event]:
            for plan in plans:
                if plan.event.applies(row.cells):
                    yield plan.build(row)

        table = Table(mapping.file.delimiter, mapping.file.encoding, tuple(columns))
        return Adapter(reads=table, events=row_by_row(translate))


class _Plan:
    """One event of the map, with its cells and the kinds of its fields worked out once."""

    def __init__(self, path: Path, event: EventMap) -> None:
        self.event = event
        model = MODEL_OF.get(event.type)
        if model is None:
            raise UserError(f"{path}: type {event.type!r} is no event type; see `touchstream schemas`")
        kinds = target_kinds(model)
        self._required = {name for name, field in model.model_fields.items() if field.is_required()}
        unknown = sorted(set(event.fields) - set(kinds))
        if unknown:
            raise UserError(
                f"{path}: {event.type} has no field {unknown[0]!r}; put it under properties, or one of {', '.join(kinds)}"
            )
        self._fields = [(name, cell, kinds[name]) for name, cell in event.fields.items()]
        self._properties = [(name, cell, "text") for name, cell in event.properties.items()]

    def build(self, row: Row) -> Event:
        """Make the event of one row; raises ValueError or ValidationError when the row does not give one."""
        fields: dict[str, Any] = {"type": self.event.type}
        for name, cell, kind in self._fields:
            value = read_cell(name, cell, row, kind)
            if value is not None:  # an empty cell is an absent field
                fields[name] = value
            elif name in self._required and (empty := empty_column(cell, row)):
                raise ValueError(f"{name}: column {empty!r} is empty")
        fields["properties"] = {name: read_cell(name, cell, row, kind) for name, cell, kind in self._properties}
        return ANY_EVENT.validate_python(fields)


MAPPED = MappedColumns()
