from pathlib import Path

from clickhouse_connect.driver.client import Client

from schemas.catalogue import Catalogue
from sinks.dimensions import store_catalogue

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
