"""How numbers look: colours that everybody can tell apart, units, thresholds, and rules for single fields."""

from typing import Any, Final

from schemas.catalogue import Catalogue

Json = dict[str, Any]

# Okabe and Ito's palette: told apart with any colour vision. A colour never stands alone, a word or a number is beside it.
NEUTRAL: Final = "#56B4E9"
OK: Final = "#0072B2"
WATCH: Final = "#E69F00"
BAD: Final = "#D55E00"
QUIET: Final = "#8C8C8C"
SERIES: Final = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#999999",
    "#44AA99",
    "#AA4499",
)

MS: Final = "ms"
SECONDS: Final = "s"
SHARE: Final = "percentunit"
PERCENT: Final = "percent"
COUNT: Final = "short"
PLAIN: Final = "none"
MOMENT: Final = "dateTimeAsLocal"


def steps(*limits: tuple[float, str], below: str = NEUTRAL) -> Json:
    """Thresholds: a colour below the first limit, another from each limit on. Without limits the number is neither good nor bad."""
    return {
        "mode": "absolute",
        "steps": [{"color": below, "value": None}, *({"color": colour, "value": limit} for limit, colour in limits)],
    }


def words(said: dict[str, tuple[str, str]]) -> list[Json]:
    """Value mappings: what a value is called, and its colour."""
    options = {
        value: {"text": text, "color": colour, "index": place}
        for place, (value, (text, colour)) in enumerate(said.items())
    }
    return [{"type": "value", "options": options}]


def below(least: float) -> list[Json]:
    """Value mappings: what would be rounded to nothing is said to be smaller than this."""
    return [{"type": "range", "options": {"from": 0, "to": 0.999999 * least, "result": {"text": f"< {least}"}}}]


def field(name: str, **properties: Any) -> Json:
    """Rule for the field of this name; `custom_x` stands for the property custom.x."""
    return _rule("byName", name, properties)


def fields(pattern: str, **properties: Any) -> Json:
    """Rule for the fields whose name matches a regular expression."""
    return _rule("byRegexp", f"/{pattern}/", properties)


def units(unit: str, *names: str, **properties: Any) -> tuple[Json, ...]:
    """Rules that give several fields one unit."""
    return tuple(field(name, unit=unit, **properties) for name in names)


def counted(name: str = "n") -> Json:
    """Rule that draws how many there were as quiet bars behind the lines, on an axis of their own."""
    return field(
        name,
        unit=COUNT,
        color=fixed(QUIET),
        custom_drawStyle="bars",
        custom_fillOpacity=15,
        custom_lineWidth=0,
        custom_axisPlacement="right",
        custom_thresholdsStyle={"mode": "off"},
        max=None,  # the limits of a rate are not its own
    )


def margins(*names: str) -> tuple[Json, ...]:
    """Rules that draw the ends of an interval as dashed lines."""
    dashed = {"fill": "dash", "dash": [4, 6]}
    return tuple(
        field(name, color=fixed(QUIET), custom_lineStyle=dashed, custom_lineWidth=1, custom_fillOpacity=0)
        for name in names
    )


def freshness(catalogue: Catalogue) -> Json:
    """Thresholds of an age in seconds: fresh, or older than the catalogue allows."""
    return steps((catalogue.thresholds.stale_after_ms / 1000, WATCH), below=OK)


def _rule(matcher: str, options: str, properties: Json) -> Json:
    listed = [{"id": name.replace("custom_", "custom."), "value": value} for name, value in properties.items()]
    return {"matcher": {"id": matcher, "options": options}, "properties": listed}


def fixed(colour: str) -> Json:
    """One colour, whatever the value."""
    return {"mode": "fixed", "fixedColor": colour}


def channel_colours(catalogue: Catalogue) -> list[Json]:
    """Every channel has its colour on every board; a series is called after its channel, with n behind it."""
    named = [channel.id for channel in catalogue.channels]
    return [fields(rf"^{name}\b", color=fixed(SERIES[place % len(SERIES)])) for place, name in enumerate(named)]
