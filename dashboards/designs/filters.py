"""What can be chosen on most boards."""

from dashboards.choices import several
from dashboards.looks import Json


def customers() -> tuple[Json, ...]:
    """Make the filters that every board about customers has."""
    return (
        several("channel", "Channel"),
        several("touchpoint", "Touchpoint"),
        several("stage", "Stage"),
        several("segment", "Segment"),
        several("variant", "Variant"),
    )
