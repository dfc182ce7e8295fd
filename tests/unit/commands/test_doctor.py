import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from kafka import TopicPartition

from schemas.catalogue import Catalogue
from sinks import tables
from sinks.arrow import encode
from sinks.client import connect
from sinks.dimensions import store_calendar_days
from sinks.limits import RoleSettings
from sinks.migrate import ROLES, lacking_columns, migrate, record
from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from tests.unit.sinks.samples import PLACED, interaction_row, page_view
from touchstream.bring_up_to_date import bring_up_to_date
from touchstream.clickhouse_errors import clickhouse_errors
from touchstream.doctor import clickhouse_checks
from touchstream.doctor.catalogue_checks import copied_finding
from touchstream.doctor.clickhouse_checks import calendar_finding, clickhouse_findings, erase_findings, role_findings
from touchstream.doctor.findings import State
from touchstream.doctor.kafka_checks import clock_finding, judged_clock
from touchstream.doctor.progress_checks import lag_findings
from touchstream.doctor.skew_checks import clocks_finding, pairs_finding, skew_findings
from touchstream.doctor.topic_checks import config_findings, copies_finding, topic_findings
from touchstream.errors import UserError
from touchstream.lag import Lag

A, B = TopicPartition("touchpoint.interactions", 0), TopicPartition("touchpoint.feedback", 0)
COUNTS = {
    "touchpoint.interactions": 8,
    "touchpoint.feedback": 8,
    "touchpoint.panes": 8,
    "touchpoint.alerts": 8,
    "touchpoint.dead-letters": 8,
    "touchpoint.suppressed": 8,
}


def test_lag_counts_what_is_not_committed_and_never_less_than_nothing():
    assert Lag({A: 10, B: 5}, {A: 4}).total == 11
    assert Lag({A: 10}, {A: 12}).total == 0  # Tansu's end can lag behind by a batch


def judged(*looks: Lag) -> list[str]:
    left = iter(looks)
    return [str(finding) for finding in lag_findings(lambda: next(left), lambda seconds: None)]


def test_no_lag_is_well():
    assert judged(Lag({A: 5}, {A: 5})) == ["OK    lag: none, of 5 messages"]


def test_a_lag_that_is_being_worked_on_says_when_it_will_be_gone():
    [said] = judged(Lag({A: 9000}, {A: 300}), Lag({A: 9300}, {A: 1200}))
    assert said.startswith("OK    lag: 8,100 messages, 300 a second are worked off and 100 arrive")
    assert said.endswith("gone in about 40 s")


def test_a_few_messages_more_than_a_moment_ago_are_no_lag_where_all_of_that_moment_are_worked_off():
    [said] = judged(Lag({A: 9000, B: 20}, {A: 8993, B: 20}), Lag({A: 9048, B: 20}, {A: 9036, B: 20}))
    assert said == "OK    lag: 12 messages, 14 a second are worked off and 16 arrive, being worked on"


def test_a_lag_that_grows_although_it_is_worked_on_needs_more_workers():
    [said] = judged(Lag({A: 9000}, {A: 300}), Lag({A: 12_000}, {A: 900}))
    assert said.startswith(
        "FAIL  lagging: 11,100 messages, 200 a second are worked off and 1,000 arrive; start more workers"
    )


def test_nobody_who_works_is_told():
    assert "FAIL  lag: 9 messages and no worker has ever read one" in judged(Lag({A: 9}, {}), Lag({A: 9}, {}))[0]
    assert (
        "FAIL  stuck: 9 messages, nothing was committed in 3 s" in judged(Lag({A: 9}, {A: 2}), Lag({A: 11}, {A: 2}))[0]
    )


def test_a_partition_that_waits_while_others_get_on_is_named():
    looks = [Lag({A: 90, B: 5}, {A: done, B: 3}) for done in (20, 50, 80)]
    [_, said] = judged(*looks)
    assert said.startswith(
        "FAIL  stuck: touchpoint.feedback[0] at 3 of 5: nothing was committed in 15 s while others got on"
    )
    looks[2] = Lag({A: 90, B: 5}, {A: 80, B: 4})
    assert judged(*looks)[1] == "OK    stuck: no partition"


def test_a_pair_far_behind_in_event_time_is_skewed_only_when_it_has_something_to_read():
    newest_ms = {0: 9_000_000, 1: 8_990_000, 2: 6_000_000, 3: 1_000_000}
    said = str(pairs_finding(newest_ms, lambda: {1, 2}))
    assert said.startswith("FAIL  skewed: pair 2 is 50 min of event time behind the others; ")
    assert pairs_finding(newest_ms, lambda: {0, 1}).state is State.OK
    assert pairs_finding({}, lambda: set()).state is State.OK


def test_a_producer_whose_clock_is_ahead_is_named_by_its_touchpoint():
    said = str(clocks_finding([("rare", 1, 2), ("shop", 30, 1000), ("web", 1, 5000)], 300_000))
    assert said.startswith(
        "FAIL  skewed clock: 30 of 1,000 events of shop in a day (3.0%) were more than 300 s ahead; "
    )
    assert str(clocks_finding([("web", 1, 5000)], 300_000)).endswith(
        "1 of 5,000 events in a day were more than 300 s ahead"
    )


def test_skew_is_read_from_what_clickhouse_holds(migrated):
    now_ms = time.time_ns() // 1_000_000
    rows = [
        interaction_row(
            page_view(event_id=f"e{n}"),
            **PLACED
            | {
                "offset": n,
                "at_ms": now_ms - n % 2 * 3_600_000,
                "received_ms": now_ms,
                "partition": n % 2,
                "clamped": n < 20,
            },
        )
        for n in range(200)
    ]
    migrated.insert_arrow("interactions", encode(tables.INTERACTIONS, rows))
    skewed, clock = skew_findings(migrated, lambda: {1}, 300_000)
    assert skewed.seen == "pair 1 is 60 min of event time behind the others"
    assert clock.seen.startswith("20 of 200 events of web_cart in a day (10.0%)")


def test_topics_that_cannot_be_joined_are_a_finding():
    (missing, uneven) = topic_findings(Settings(), {"touchpoint.interactions": 8, "touchpoint.feedback": 4})
    assert (
        missing.seen == "missing: touchpoint.panes, touchpoint.alerts, touchpoint.dead-letters, touchpoint.suppressed"
    )
    assert uneven.state is State.FAIL
    assert uneven.seen == "touchpoint.interactions has 8 partitions, touchpoint.feedback has 4 partitions"
    assert {finding.state for finding in topic_findings(Settings(), COUNTS)} == {State.OK}
    *_, other = topic_findings(Settings(partitions=4), COUNTS)
    assert str(other) == "FAIL  co-partitioning: 8 partitions each, the settings say 4; set TOUCHSTREAM_PARTITIONS=8"


@pytest.mark.parametrize(
    ("brokers", "wanted", "copies", "said"),
    [
        pytest.param(1, 1, 1, "OK    copies: at least 1 of each topic", id="one broker can hold no more"),
        pytest.param(3, 1, 3, "OK    copies: at least 3 of each topic", id="more than asked for"),
        pytest.param(
            3,
            1,
            1,
            "FAIL  copies: 6 of 6 topics have fewer than 2 on 3 brokers: touchpoint.alerts has 1; set "
            "TOUCHSTREAM_REPLICATION=3; raise theirs with kafka-reassign-partitions.sh, or create them anew",
            id="nobody thought of it",
        ),
        pytest.param(
            4,
            3,
            2,
            "FAIL  copies: 6 of 6 topics have fewer than 3 on 4 brokers: touchpoint.alerts has 2; set "
            "TOUCHSTREAM_REPLICATION=3; raise theirs with kafka-reassign-partitions.sh, or create them anew",
            id="fewer than asked for",
        ),
    ],
)
def test_topics_that_do_not_outlive_a_broker_are_a_finding(brokers, wanted, copies, said):
    assert str(copies_finding(Settings(replication=wanted), dict.fromkeys(COUNTS, copies), brokers)) == said


def test_topics_that_somebody_else_made_are_held_against_what_they_should_be():
    stamped, free = {"message.timestamp.type": "LogAppendTime"}, {"message.timestamp.type": "CreateTime"}
    one, two = {"min.insync.replicas": "1"}, {"min.insync.replicas": "2"}
    three_copies = dict.fromkeys(COUNTS, 3)
    configs = dict.fromkeys(COUNTS, free | two) | {
        "touchpoint.interactions": free | two,
        "touchpoint.feedback": stamped | one,
    }
    assert [str(each) for each in config_findings(Settings(), three_copies, configs)] == [
        "FAIL  topic settings: touchpoint.interactions has message.timestamp.type=CreateTime, expected LogAppendTime; "
        "`kafka-configs.sh --alter --topic touchpoint.interactions --add-config message.timestamp.type=LogAppendTime`",
        "FAIL  topic settings: touchpoint.feedback has min.insync.replicas=1, expected 2; "
        "`kafka-configs.sh --alter --topic touchpoint.feedback --add-config min.insync.replicas=2`",
    ]
    configs["touchpoint.interactions"] = stamped | one
    one_copy = dict.fromkeys(COUNTS, 1)
    assert [each.state for each in config_findings(Settings(), one_copy, configs)] == [State.OK]


def test_topics_that_forget_what_must_stay_are_a_finding():
    changelog, events, erased = "touchstream-journeys-changelog", "touchpoint.feedback", "touchpoint.suppressed"
    copies = dict.fromkeys((changelog, events, erased), 1)
    weekly, latest = {"cleanup.policy": "delete", "retention.ms": "604800000"}, {"cleanup.policy": "compact"}
    configs = {changelog: weekly, events: latest, erased: weekly}
    seen = [each.seen for each in config_findings(Settings(), copies, configs)]
    assert seen == [
        "touchpoint.feedback has cleanup.policy=compact, expected delete",
        "touchpoint.suppressed has retention.ms=604800000, expected -1",
        "touchstream-journeys-changelog has cleanup.policy=delete, expected compact",
    ]
    [unseen] = config_findings(Settings(), copies, {name: {} for name in copies})
    assert str(unseen) == "SKIP  topic settings: not seen: this user may not describe them"
    right = {changelog: latest, events: weekly, erased: latest | {"retention.ms": "604800000"}}
    assert [each.state for each in config_findings(Settings(), copies, right)] == [State.OK]


def test_the_doctor_creates_no_topic_where_none_may_be_created():
    finding = clock_finding(SimpleNamespace(describe_topics=list), Settings(create_topics=False), 300_000)
    assert str(finding) == (
        "SKIP  broker clock: not asked: TOUCHSTREAM_CREATE_TOPICS=false, and topic touchstream.doctor is not there"
    )


def test_the_doctor_tells_roles_that_lag_behind(tmp_path: Path):
    settings, wanted = ClickHouseSettings(url=f"chdb://{tmp_path}/chdb"), RoleSettings()
    migrate(settings)
    with closing(connect(settings)) as client:
        assert not list(role_findings(client, settings, wanted))  # there are none
        record(client, ROLES, "of another version")
        assert [str(finding) for finding in role_findings(client, settings, wanted)] == [
            "WARN  roles: those of another version or of other settings; "
            "run `touchstream migrate --roles` as a user with access_management"
        ]


class OpenDays:
    """A ClickHouse that knows open days up to one."""

    def __init__(self, last: date) -> None:
        self.result_rows = [(180, last)]

    def query(self, _sql: str) -> "OpenDays":
        return self


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-01-01", "OK    open days: known up to 2026-06-30"),
        ("2026-04-01", "OK    open days: known up to 2026-06-30"),
        ("2026-04-02", "WARN  open days: known up to 2026-06-30; run `touchstream migrate` with today's catalogue"),
        ("2026-06-30", "WARN  open days: known up to 2026-06-30; run `touchstream migrate` with today's catalogue"),
        (
            "2026-07-01",
            "FAIL  open days: known up to 2026-06-30: business time stands still since then; "
            "run `touchstream migrate` with today's catalogue",
        ),
    ],
)
def test_open_days_that_end_soon_are_told_in_time(today, said):
    assert str(calendar_finding(OpenDays(date(2026, 6, 30)), date.fromisoformat(today))) == said


def test_open_days_are_read_from_what_migrate_wrote(migrated):
    assert str(calendar_finding(migrated, date(2026, 1, 1))) == "OK    open days: the catalogue has no calendar"
    day = ("office", date(2026, 3, 1), 0, 0, [], [], 0)
    store_calendar_days(migrated, [day], 1)
    assert calendar_finding(migrated, date(2026, 1, 1)).state is State.WARN


def test_a_column_that_migrate_does_not_bring_back_is_told_with_what_does(
    embedded: ClickHouseSettings, migrated: Client
):
    migrated.command("ALTER TABLE interactions DROP COLUMN automated")
    *_, finding, _clock = clickhouse_findings(embedded, RoleSettings(), Catalogue(), lambda: ())
    assert str(finding) == (
        "FAIL  columns: interactions lacks automated; run `ALTER TABLE interactions ADD COLUMN automated Bool`, "
        "or restore what a backup has of them"
    )
    migrated.command("ALTER TABLE interactions ADD COLUMN automated Bool")
    assert not lacking_columns(migrated)


def test_a_catalogue_that_was_changed_and_not_copied_is_told(embedded: ClickHouseSettings, tmp_path: Path):
    today, text = datetime.now(UTC).date(), Path("touchpoints.yaml").read_text()
    bring_up_to_date(embedded, Catalogue.load(Path("touchpoints.yaml")))

    def said_of(before: str, after: str) -> str:
        changed = tmp_path / "changed.yaml"
        changed.write_text(text.replace(before, after))
        assert before in text
        return str(copied_finding(client, Catalogue.load(changed), today))

    with closing(connect(embedded)) as client:
        assert said_of("", "") == "OK    catalogue in ClickHouse: the same"
        for before, after, part in (
            ("name: Blog, channel: web", "name: Blog, channel: social", "touchpoints"),
            ("window: 7d", "window: 8d", "funnels"),
            ("warn_at: 0.8", "warn_at: 0.7", "times, thresholds or targets"),
            ('fri: ["09:00-17:00"]', 'fri: ["09:00-16:00"]', "open hours"),
        ):
            assert said_of(before, after) == (
                f"FAIL  catalogue in ClickHouse: another one, it differs in {part}; run `touchstream migrate` once all "
                "workers have it, or set TOUCHSTREAM_CATALOGUE to the one they have"
            )


@pytest.mark.parametrize(
    ("stamp_ms", "state", "seen"),
    [
        (1_050, State.OK, "agrees"),
        (3_100, State.OK, "2.0 s ahead"),
        (-401_000, State.FAIL, "402.0 s behind of this machine"),
        (401_100, State.FAIL, "400.0 s ahead of this machine"),
    ],
)
def test_a_clock_is_judged_by_the_time_that_passed_between(stamp_ms, state, seen):
    finding = judged_clock("clock", 1_000, stamp_ms, 1_100, max_skew_ms=300_000)
    assert finding.state is state
    assert seen in finding.seen


def test_a_clickhouse_that_lets_nobody_in_is_not_called_away(monkeypatch):
    def refused(_settings: ClickHouseSettings) -> Client:
        said = "Received ClickHouse exception, code: 516, server response: Code: 516. DB::Exception: ann: Authentication failed"
        raise DatabaseError(said, code=516)

    monkeypatch.setattr(clickhouse_checks, "connect", refused)
    [finding] = clickhouse_findings(ClickHouseSettings(), RoleSettings(), Catalogue(), set)
    assert finding.state is State.FAIL
    assert finding.seen == "http://127.0.0.1:8123/default: ann: Authentication failed (code 516)"
    assert "password" in finding.cure


def test_before_the_first_migration_the_database_is_missing_and_migrate_is_the_cure(monkeypatch):
    settings = ClickHouseSettings(url="http://127.0.0.1:8123/t")

    def refused(_settings: ClickHouseSettings) -> Client:
        said = "Received ClickHouse exception, code: 81, server response: Code: 81. DB::Exception: Database t does not exist"
        raise DatabaseError(said, code=81)

    monkeypatch.setattr(clickhouse_checks, "connect", refused)
    [finding] = clickhouse_findings(settings, RoleSettings(), Catalogue(), set)
    assert "touchstream migrate" in finding.cure
    told = r"Database t does not exist \(code 81\); run `touchstream migrate`"
    with pytest.raises(UserError, match=told), clickhouse_errors(settings):
        refused(settings)


def test_an_erase_that_was_killed_while_it_waited_is_told(migrated):
    assert list(erase_findings(migrated)) == []
    for setting in ("merge_with_ttl_timeout = 3600", "old_parts_lifetime = 1"):
        migrated.command(f"ALTER TABLE answers MODIFY SETTING {setting}")
    migrated.command("ALTER TABLE sessions MODIFY SETTING old_parts_lifetime = 100")
    [finding] = erase_findings(migrated)
    assert str(finding).startswith(
        "WARN  old files of ClickHouse: go after a second in answers; right while an erase runs"
    )
    migrated.command("ALTER TABLE answers RESET SETTING old_parts_lifetime")
    assert list(erase_findings(migrated)) == []
