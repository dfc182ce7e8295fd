"""Experiments in SQL against published examples and against the formulas, written out."""

from collections.abc import Sequence
from math import exp, lgamma, log, pi, sqrt
from statistics import NormalDist, fmean, variance
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from sinks.arrow import encode
from sinks.tables import SESSIONS, SETTINGS
from tests.unit.sinks.samples import NOON_MS
from tests.unit.sinks.view_cases import row

COMPARED = """
SELECT n, n_against, difference, low, high, statistic, p, verdict
FROM v_experiments(since = '2026-03-01 00:00:00', until = '2026-04-01 00:00:00')
WHERE measure = {measure:String}
"""

# https://rosettacode.org/wiki/Welch%27s_t-test, the first pair: p = 0.021378001462867.
FIRST = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
SECOND = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4]


def sessions(variant: str, fields: Sequence[dict[str, Any]]) -> list[Any]:
    return [
        row(
            SESSIONS,
            {"session_id": place, "journey_id": f"{variant}{place}", "variant": variant, "started_at": NOON_MS, **each},
        )
        for place, each in enumerate(fields, start=1_000 * ord(variant))
    ]


def compare(client: Client, measure: str, a: list[dict[str, Any]], b: list[dict[str, Any]], minimum: int = 2) -> Any:
    """What is said of B against A."""
    for table in (SETTINGS, SESSIONS):
        client.command(f"TRUNCATE TABLE {table.name}")
    client.insert_arrow("settings", encode(SETTINGS, [("thresholds.experiment_minimum", minimum, 1, 0)]))
    client.insert_arrow("sessions", encode(SESSIONS, sessions("A", a) + sessions("B", b)))
    [told] = client.query(COMPARED, parameters={"measure": measure}).named_results()
    return told


def dwelling(milliseconds: Sequence[int]) -> list[dict[str, Any]]:
    return [{"step_dwell_ms": [each, None]} for each in milliseconds]


def converting(bought: int, journeys: int) -> list[dict[str, Any]]:
    return [{"succeeded": place < bought} for place in range(journeys)]


def welch(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float]:
    """Statistic, degrees of freedom and two-sided p."""
    a, b = variance(x) / len(x), variance(y) / len(y)
    t = (fmean(x) - fmean(y)) / sqrt(a + b)
    degrees = (a + b) ** 2 / (a**2 / (len(x) - 1) + b**2 / (len(y) - 1))
    return t, degrees, 1 - 2 * between_0_and(abs(t), degrees)


def between_0_and(t: float, degrees: float, strips: int = 2_000) -> float:
    """Area under Student's density, by Simpson's rule."""
    scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * pi)
    width = t / strips
    heights = [scale * exp(-(degrees + 1) / 2 * log(1 + (place * width) ** 2 / degrees)) for place in range(strips + 1)]
    return width / 3 * (heights[0] + 4 * sum(heights[1::2]) + 2 * sum(heights[2:-1:2]) + heights[-1])


def test_dwell_is_compared_by_welchs_t_as_published(database: Client) -> None:
    told = compare(
        database, "dwell", dwelling([round(v * 10) for v in SECOND]), dwelling([round(v * 10) for v in FIRST])
    )
    assert told["p"] == pytest.approx(0.021378001462867)
    assert told["verdict"] == "lower"


def test_dwell_of_unequal_groups_is_compared_by_welchs_t_as_the_formula_says(database: Client) -> None:
    a = [(place * 7919) % 1_000 for place in range(40)]
    b = [(place * 104_729) % 3_000 for place in range(15)]
    told = compare(database, "dwell", dwelling(a), dwelling(b))
    t, degrees, p = welch(b, a)
    assert (told["n"], told["n_against"]) == (15, 40)
    assert (told["statistic"], told["p"]) == (pytest.approx(t), pytest.approx(p, rel=1e-6))
    assert told["difference"] == pytest.approx(fmean(b) - fmean(a))
    reach = abs(told["low"] - told["difference"]) / (told["difference"] / told["statistic"])
    assert between_0_and(reach, degrees) == pytest.approx(0.475, abs=1e-6)
    assert told["high"] - told["difference"] == pytest.approx(told["difference"] - told["low"])


@pytest.mark.parametrize(
    ("bought_a", "of_a", "bought_b", "of_b"), [(20, 100, 35, 100), (20, 100, 22, 90), (300, 400, 210, 400)]
)
def test_conversion_is_compared_by_a_two_proportion_z_test(
    database: Client, bought_a: int, of_a: int, bought_b: int, of_b: int
) -> None:
    told = compare(database, "conversion", converting(bought_a, of_a), converting(bought_b, of_b))
    a, b, both = bought_a / of_a, bought_b / of_b, (bought_a + bought_b) / (of_a + of_b)
    z = (b - a) / sqrt(both * (1 - both) * (1 / of_a + 1 / of_b))
    p = 2 * (1 - NormalDist().cdf(abs(z)))
    reach = NormalDist().inv_cdf(0.975) * sqrt(a * (1 - a) / of_a + b * (1 - b) / of_b)
    assert told["statistic"] == pytest.approx(z)
    assert told["p"] == pytest.approx(p, rel=1e-6)
    assert (told["low"], told["high"]) == (
        pytest.approx(b - a - reach, rel=1e-5),
        pytest.approx(b - a + reach, rel=1e-5),
    )
    assert told["verdict"] == ("no difference shown" if p >= 0.05 else "higher" if b > a else "lower")


@pytest.mark.parametrize(("minimum", "verdict"), [(100, "higher"), (101, None)])
def test_there_is_no_verdict_below_the_configured_minimum(database: Client, minimum: int, verdict: str | None) -> None:
    told = compare(database, "conversion", converting(20, 200), converting(35, 100), minimum)
    assert told["p"] < 0.001
    assert told["verdict"] == verdict


def test_without_a_catalogue_there_is_no_verdict(database: Client) -> None:
    told = compare(database, "conversion", converting(20, 200), converting(35, 100))
    database.command("TRUNCATE TABLE settings")
    [again] = database.query(COMPARED, parameters={"measure": "conversion"}).named_results()
    assert (told["verdict"], again["verdict"]) == ("higher", None)
