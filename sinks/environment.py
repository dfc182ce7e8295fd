"""Settings from environment variables: one way to read them, and one line for each value that makes no sense."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableError

from sinks.errors import SettingsError

BOUNDS: Final = (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"))
KINDS: Final = {"boolean": "true or false", "integer": "a whole number", "number": "a number"}
UNSAID: Final = ("text", "a path")  # the description says more


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: what it is when nobody sets it, what it may be, what it means."""

    name: str
    default: Any
    allowed: str
    about: str
    secret: bool  # its value is never repeated: a password, or an address that may contain one


class EnvironmentSettings(BaseSettings):
    """Base of everything that is set by TOUCHSTREAM_*; `read()` is the way in, and no file is read."""

    model_config = SettingsConfigDict(frozen=True)

    @classmethod
    def read(cls, **values: Any) -> Self:
        """Read the environment; every problem is a line that names the variable, its value and what it may be."""
        try:
            return cls(**values)
        except ValidationError as error:
            lines: dict[str, str] = {}
            for problem in error.errors():  # a union has one for each member: the first will do
                lines.setdefault(cls._named(problem["loc"]), cls._explained(problem))
            raise SettingsError("\n".join(lines.values())) from None
        except UnreadableError as error:
            prefix = cls.model_config.get("env_prefix", "")
            raise SettingsError(f"{prefix}*: {error}; set each variable of docs/settings.md alone") from None

    @classmethod
    def variables(cls) -> Iterator[Variable]:
        """Every variable that is read."""
        return _variables(cls, cls.model_config.get("env_prefix", ""))

    @classmethod
    def _explained(cls, problem: Any) -> str:
        said = str(problem["msg"]).removeprefix("Value error, ")
        if not problem["loc"]:
            return said  # two settings do not agree: the message names both
        name = cls._named(problem["loc"])
        known = next((each for each in cls.variables() if each.name == name), None)
        if known is None:
            return f"{name}: {said}"
        value = "" if known.secret else f"={problem['input']!r}"
        expected = known.about if known.allowed in UNSAID else f"{known.allowed}: {known.about}"
        return f"{name}{value}: {said}. Expected: {expected}"

    @classmethod
    def _named(cls, place: tuple[int | str, ...]) -> str:
        nested = cls.model_config.get("env_nested_delimiter")
        parts = map(str, place if nested else place[:1])  # the rest names a member of a union
        return (cls.model_config.get("env_prefix", "") + (nested or "").join(parts)).upper()


def _variables(model: type[BaseModel], prefix: str, defaults: BaseModel | None = None) -> Iterator[Variable]:
    schemas = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name}".upper()
        default = getattr(defaults, name) if defaults else field.default
        if isinstance(default, BaseModel):
            yield from _variables(type(default), f"{variable}__", default)
        else:
            secret = not field.repr or "SecretStr" in str(field.annotation)
            yield Variable(variable, default, _allowed(schemas[name]), field.description or "", secret)


def _allowed(schema: Mapping[str, Any]) -> str:
    kinds = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    return " or ".join(map(_kind, kinds))


def _kind(schema: Mapping[str, Any]) -> str:
    if choices := schema.get("enum", [schema["const"]] if "const" in schema else None):
        return " or ".join(", ".join(choices).rsplit(", ", 1))
    if kind := KINDS.get(schema.get("type", "")):
        return " ".join([kind, *(f"{word} {schema[bound]:,}" for bound, word in BOUNDS if bound in schema)])
    return "a path" if schema.get("format") == "path" else "text"


def _holds_certificates(path: Path) -> Path:
    """Look before anything connects: a client would take a file that is not there for a server that is away."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ValueError(f"no certificate can be read from this file ({error.strerror or error})") from error
    return path


CertificatesPath = Annotated[Path, AfterValidator(_holds_certificates)]
