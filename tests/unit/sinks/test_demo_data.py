"""The demo data that boards, the page and the cookbook are tried on."""

from sinks.migrate import read_views

PARAMETRIC = "{"


def test_every_view_has_rows(demo_clickhouse):
    client = demo_clickhouse.client
    plain = [view.name for view in read_views() if PARAMETRIC not in view.text.replace("{on_cluster}", "")]
    empty = [name for name in plain if client.command(f"SELECT count() FROM {name}") == 0]
    assert empty == []
