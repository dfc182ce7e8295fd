from datetime import UTC, datetime

import pytest
import yaml

from schemas.codec import Refused
from tests.documented import blocks
from touchstream.errors import UserError
from touchstream.ingest.adapter import find_adapter
from touchstream.ingest.rows import SourceFile

[MAP] = blocks("ingest.md", "yaml")
ORDERS = yaml.safe_load(MAP)
HEADER = "number;status;paid_at;customer;total;shop;stars;rated_s;why"


def read(folder, rows, mapping=ORDERS):
    (folder / "orders.csv").write_text("\n".join([HEADER, *rows]))
    (folder / "map.yaml").write_text(yaml.safe_dump(mapping))
    adapter = find_adapter("csv", folder / "map.yaml")
    return list(adapter.events(SourceFile(folder / "orders.csv").rows(adapter.reads)))


def changed(path, value):
    """The map with one thing changed, by its path."""
    import copy

    mapping = copy.deepcopy(ORDERS)
    target = mapping
    for step in path[:-1]:
        target = target[step]
    if value is None:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return mapping


def test_one_row_gives_the_events_whose_conditions_it_meets(tmp_path):
    purchase, answer = read(tmp_path, ["17;paid;29.03.2026 12:00;ana;12.50;Cluj;good;1774775000;fast / kind"])
    assert purchase.event_id == "order-17"
    assert purchase.amount == 1250
    # Summer time began that night.
    assert purchase.occurred_at.astimezone(UTC) == datetime(2026, 3, 29, 9, 0, tzinfo=UTC)
    assert purchase.properties == {"shop": "Cluj"}
    assert (answer.event_id, answer.score, answer.reasons) == ("stars-1", 5, ["fast", "kind"])
    assert answer.occurred_at == datetime.fromtimestamp(1774775000, UTC)
    assert read(tmp_path, ["18;cancelled;;ana;;;;;"]) == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("17;paid;2026-03-29;ana;12.50;Cluj;;;", "occurred_at: expected time, got '2026-03-29'"),
        ("17;paid;29.03.2026 12:00;ana;12.505;Cluj;;;", "amount: expected minor_units, got '12.505'"),
        ("17;new;;ana;;;great;1;", "score: 'great' is not one of the map's values (bad, good)"),
        ("17;paid;;ana;12.50;Cluj;;;", "occurred_at: column 'paid_at' is empty"),
        ("17;paid;29.03.2026 12:00;ana;1e999999;Cluj;;;", "amount: expected minor_units, got '1e999999'"),
        ("17;paid;29.03.2026 12:00;ana;1e99999;Cluj;;;", "amount: expected minor_units, got '1e99999'"),
        (";paid;29.03.2026 12:00;ana;12.50;Cluj;;;", "event_id: column 'number' is empty"),
        ("17;paid;29.03.2026 12:00; ;12.50;Cluj;;;", "journey_id: column 'customer' is empty"),
        ("17;paid;29.03.2026 12:00;ana;-1;Cluj;;;", "amount: Input should be greater than or equal to 0"),
    ],
)
def test_a_cell_that_cannot_be_read_refuses_its_row_and_says_which_field(tmp_path, row, says):
    (refused,) = read(tmp_path, [row])
    assert isinstance(refused, Refused)
    assert says in refused.detail


def test_spaces_around_a_cell_do_not_count(tmp_path):
    (purchase,) = read(tmp_path, [" 17 ;paid  ; 29.03.2026 12:00; ana ;12.50;Cluj ;  ;;"])
    assert (purchase.event_id, purchase.journey_id, purchase.properties) == (
        "order-17",
        "customer-ana",
        {"shop": "Cluj"},
    )


def test_a_template_takes_columns_with_dots_in_their_names(tmp_path):
    (tmp_path / "orders.csv").write_text("user.id,at\n7,2026-03-29T12:00:00\n")
    fields = {"event_id": "visit-{row:03}", "journey_id": "user-{user.id}", "touchpoint": "store_visit"}
    fields["occurred_at"] = {"column": "at"}
    (tmp_path / "map.yaml").write_text(yaml.safe_dump({"events": [{"type": "visit", "fields": fields}]}))
    adapter = find_adapter("csv", tmp_path / "map.yaml")
    (visit,) = adapter.events(SourceFile(tmp_path / "orders.csv").rows(adapter.reads))
    assert (visit.event_id, visit.journey_id) == ("visit-001", "user-7")


def test_a_template_with_an_empty_column_is_an_absent_field(tmp_path):
    mapping = changed(("events", 0, "fields", "customer_id"), "shop-{shop}")
    mapping["events"][0]["properties"]["place"] = "in {shop}"
    (purchase,) = read(tmp_path, ["17;paid;29.03.2026 12:00;ana;12.50;;;;"], mapping)
    assert purchase.customer_id is None
    assert purchase.properties == {"shop": None, "place": None}


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("events", 0, "type"), "order", "type 'order' is no event type"),
        (("events", 0, "fields", "price"), "1", "purchase has no field 'price'; put it under properties"),
        (("events", 0, "fields", "order_id"), {"column": "nr"}, "no column 'nr', the header has number, status"),
        (("events", 0, "fields", "occurred_at", "zone"), "Cluj", "'Cluj' is no time zone"),
        (("events", 0, "fields", "order_id"), {}, "order_id: give exactly one of column, template and constant"),
        (
            ("events", 0, "fields", "event_id"),
            "order-{number",
            "events.0.fields.event_id.template: braces go around the name",
        ),
        (("events", 0, "fields", "event_id"), "order-{}}", "event_id.template: braces go around the name of a column"),
        (
            ("events", 0, "properties", "shop"),
            "in-{}",
            "shop.template: empty braces name no column; write like order-{number}",
        ),
        (
            ("file", "encoding"),
            "utf8x",
            "file.encoding: this is no encoding of text; write one like utf-8 or cp1252, got 'utf8x'",
        ),
        (("file", "encoding"), "hex", "file.encoding: this is no encoding of text"),
        (("file", "encoding"), "", "file.encoding: this is no encoding of text"),
        (
            ("events", 0, "fields", "occurred_at", "format"),
            "dd.mm.yyyy",
            "occurred_at.format: this reads no time; write one like %d.%m.%Y %H:%M, or iso, epoch_s, epoch_ms, got 'dd.mm.yyyy'",
        ),
        (("events", 0, "fields", "occurred_at", "format"), "%d.%m.%Y %d", "format: this reads no time"),
        (("events", 0, "fields", "occurred_at", "format"), "%Y-%Q", "format: this reads no time"),
        (("events", 1, "fields", "score", "values"), {"good": 5}, "score.values.good: Input should be a valid string"),
        (("events", 1, "fields", "score", "values"), {"good": 5}, "got 5; put it in quotes"),
        (("events", 1, "fields", "reasons", "separator"), "", "reasons.separator: "),
        (("events",), None, "events: Field required"),
        (("file", "separator"), ",", "file.separator: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_map_is_told_what_is_wrong(tmp_path, path, value, says):
    with pytest.raises(UserError) as raised:
        read(tmp_path, [], changed(path, value))
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_key_that_a_map_says_twice_is_told_with_its_line(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text("events:\n  - type: mention\n    fields: {sentiment: 1}\n    fields: {comment: fine}\n")
    with pytest.raises(UserError, match=r"map.yaml:4: 'fields' is written twice: keep one"):
        find_adapter("csv", path)


def test_a_csv_file_without_a_map_is_asked_for_one():
    with pytest.raises(UserError, match="adapter 'csv' needs a map of columns; give one with --map FILE"):
        find_adapter("csv")
