"""The demo data that boards, the page and the cookbook are tried on."""

import re
from datetime import datetime, timedelta

from schemas.catalogue import Catalogue
from sinks.migrate import read_views
from tests import demo_data

ARGUMENTS = {
    "since": "'2025-10-13 00:00:00'",
    "until": "'2025-10-27 00:00:00'",
    "before": "'2025-10-27 00:00:00'",
    "known_at": "'2025-10-20 00:00:00'",
    "moment": "'2025-10-20 00:00:00'",
    "dimensions": "'channel'",
    "seconds": "20",
}


def test_every_view_has_rows(demo_clickhouse):
    client = demo_clickhouse.client
    journey = client.command("SELECT min(journey_id) FROM v_cases")
    given = {**ARGUMENTS, "journey": f"'{journey}'"}
    empty = set()
    for view in read_views():
        parameters = dict.fromkeys(re.findall(r"\{(\w+):", view.text))
        arguments = ", ".join(f"{name} = {given[name]}" for name in parameters)
        source = f"{view.name}({arguments})" if parameters else view.name
        if client.command(f"SELECT count() FROM {source}") == 0:  # noqa: S608 - names of ours
            empty.add(view.name)
    assert empty == {"v_retention"}  # nothing expires: the demo's days are long past


def test_the_same_seed_and_end_give_the_same_rows():
    catalogue = Catalogue.load(demo_data.CATALOGUE)

    def lived(end: datetime):
        rows = demo_data.lived(catalogue, seed=1, end=end, days=1, rate=0.02)
        return {table.name: list(of_table) for table, of_table in rows.items()}

    assert lived(demo_data.END) == lived(demo_data.END)
    assert lived(demo_data.END) != lived(demo_data.END + timedelta(days=1))
