import re
from pathlib import Path

from clickhouse_connect.driver.client import Client

from schemas.catalogue import Catalogue
from schemas.catalogue_parts import Stage
from sinks.dimensions import store_catalogue
from sinks.migrate import read_views

EXAMPLE = Catalogue.load(Path("touchpoints.yaml"))


def test_the_example_catalogue_is_copied(migrated: Client) -> None:
    store_catalogue(migrated, EXAMPLE, 1)
    stored = migrated.query("SELECT touchpoint, name, stage_order FROM v_touchpoints").result_rows
    assert {(name, title) for name, title, _ in stored} == {(each.id, each.name) for each in EXAMPLE.touchpoints}
    assert {order for _, _, order in stored} == {1, 2, 3, 4, 5, 6}
    steps = migrated.query("SELECT funnel, step FROM v_funnels ORDER BY funnel, position").result_rows
    assert steps == [
        (each.id, step) for each in sorted(EXAMPLE.funnels, key=lambda each: each.id) for step in each.steps
    ]


def test_what_leaves_the_catalogue_leaves_the_tables_and_may_come_back(migrated: Client) -> None:
    store_catalogue(migrated, EXAMPLE, 1)
    smaller = EXAMPLE.model_copy(update={"touchpoints": EXAMPLE.touchpoints[1:], "funnels": ()})
    store_catalogue(migrated, smaller, 2)
    assert migrated.command("SELECT count() FROM v_touchpoints") == len(EXAMPLE.touchpoints) - 1
    assert migrated.command("SELECT count() FROM v_funnels") == 0
    store_catalogue(migrated, EXAMPLE, 3)
    assert migrated.command("SELECT count() FROM v_touchpoints") == len(EXAMPLE.touchpoints)


def test_copying_twice_changes_nothing(migrated: Client) -> None:
    for version in (1, 2):
        store_catalogue(migrated, EXAMPLE, version)
    assert migrated.command("SELECT count() FROM v_touchpoints") == len(EXAMPLE.touchpoints)


def test_sql_knows_the_stages_in_the_order_of_the_code(migrated: Client) -> None:
    stages = migrated.query("SELECT stage, stage_order FROM v_stages ORDER BY stage_order").result_rows
    assert stages == [(stage.value, place) for place, stage in enumerate(Stage, start=1)]


def test_sql_knows_carts_and_thresholds_of_the_catalogue(migrated: Client) -> None:
    store_catalogue(migrated, EXAMPLE, 1)
    assert migrated.query("SELECT touchpoint FROM v_touchpoints WHERE cart").result_rows == [("web_cart",)]
    settings = dict(migrated.query("SELECT setting, value FROM v_settings").result_rows)
    assert settings["thresholds.experiment_minimum"] == 100
    assert settings["thresholds.cart_abandoned_after_ms"] == 86_400_000
    assert settings["time.allowed_lateness_ms"] == 60_000


def test_sql_knows_which_targets_run_in_open_hours(migrated: Client) -> None:
    store_catalogue(migrated, EXAMPLE, 1)
    settings = dict(migrated.query("SELECT setting, value FROM v_settings").result_rows)
    assert settings["business_targets.touchpoint.email_support"] == 9 * 3_600_000
    assert settings["business_targets.touchpoint.proposal"] == settings["business_targets.kind.proposal"] == 0
    assert "business_targets.touchpoint.web_cart" not in settings


def test_every_setting_a_view_asks_for_is_stored(migrated: Client) -> None:
    store_catalogue(migrated, EXAMPLE, 1)
    stored = {name for (name,) in migrated.query("SELECT setting FROM v_settings").result_rows}
    asked = {name for view in read_views() for name in re.findall(r"setting = '([^']+)'", view.text)}
    assert asked
    assert asked <= stored
