"""How a refused value is told: one line of bounded length that names the field, the value and what was expected."""

from reprlib import Repr
from typing import Final

from pydantic_core import ErrorDetails

LONGEST: Final = 300
LONGEST_VALUE: Final = 120  # leaves room for what was expected
ONE_OF_MANY: Final = "should be text, a number, true, false or null"

_brief = Repr()
_brief.maxstring = _brief.maxother = 60


def shown(value: object) -> str:
    """Write a value so that it can be recognised, however large it is."""
    text = _brief.repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def one_line(text: str) -> str:
    """Text without line breaks and other unprintable characters, cut to the longest detail."""
    printable = "".join(each if each.isprintable() else "?" for each in text[: LONGEST + 1])
    return printable if len(printable) <= LONGEST else f"{printable[: LONGEST - 1]}…"


def field_name(error: ErrorDetails) -> str:
    """Field of an event that an error is about: reasons[1], properties.plan; empty when it is about several."""
    _, *steps = error["loc"] or ("",)
    if steps[:1] == ["properties"]:
        steps = steps[:2]  # below it stand the kinds of value that were tried
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:80]}" for step in steps)
    return text.removeprefix(".")


def expectation(error: ErrorDetails) -> str:
    """Say what is wrong with the value of a field."""
    message, value = error["msg"], shown(error["input"])
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "timezone_aware":
        return f"{value} has no time zone: add an offset such as Z or +02:00"
    if error["type"].startswith("datetime_"):
        return f"{value} should be a time such as '2026-01-31T09:30:00Z'"
    if error["loc"][1:2] == ("properties",) and len(error["loc"]) > 2:
        return f"{value} {ONE_OF_MANY}"
    return f"{value} should{message.partition('should')[2]}" if "should" in message else f"{value}: {message}"
