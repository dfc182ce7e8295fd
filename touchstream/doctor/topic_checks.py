"""Whether the topics are there, fit together, outlive a broker, and have the times that Touchstream goes by."""

from collections.abc import Iterator, Mapping

from schemas.topics import EVENTS, FOR_EVER
from streams.settings import Settings
from streams.topic_setup import CLEANUP, IN_SYNC, MANY, RETENTION, TIMES, TopicPlan, plan_topics, state_topics
from touchstream.doctor.findings import Finding, fail, ok, skip


def topic_findings(settings: Settings, counts: dict[str, int]) -> Iterator[Finding]:
    """Compare the topics there are with the topics there should be."""
    plans = plan_topics(settings)
    missing = [plan.name for plan in plans if plan.name not in counts]
    if missing:
        yield fail("topics", f"missing: {', '.join(missing)}", "run `touchstream migrate`")
    else:
        yield ok("topics", f"all {len(plans)} exist")
    events = {topic.name: counts[topic.name] for topic in EVENTS if topic.name in counts}
    if len(set(events.values())) > 1:
        seen = ", ".join(f"{name} has {number} partitions" for name, number in events.items())
        yield fail("co-partitioning", seen, "create both anew with one number: a journey must be on one partition pair")
    elif len(events) == len(EVENTS):
        number = next(iter(events.values()))
        if number == settings.partitions:
            yield ok("co-partitioning", f"{number} partitions each")
        else:
            seen = f"{number} partitions each, the settings say {settings.partitions}"
            yield fail("co-partitioning", seen, f"set TOUCHSTREAM_PARTITIONS={number}")


def our_topics(settings: Settings) -> set[str]:
    """Names of every topic that must not be lost: those of the system, and the changelogs of state."""
    return {plan.name for plan in plan_topics(settings, state_topics(settings.app_id))}


def copies_finding(settings: Settings, copies: Mapping[str, int], brokers: int) -> Finding:
    """Compare the copies that topics have with the settings, and with what so many brokers could hold."""
    wanted = max(settings.replication, 2 if brokers >= MANY else 1)
    few = {name: number for name, number in copies.items() if number < wanted}
    if not few:
        return ok("copies", f"at least {min(copies.values())} of each topic")
    first = min(few)
    seen = f"{len(few)} of {len(copies)} topics have fewer than {wanted} on {brokers} brokers: {first} has {few[first]}"
    enough = max(settings.replication, MANY)
    cure = f"set TOUCHSTREAM_REPLICATION={enough}; raise theirs with kafka-reassign-partitions.sh, or create them anew"
    return fail("copies", seen, cure)


def config_findings(
    settings: Settings, copies: Mapping[str, int], configs: Mapping[str, Mapping[str, str]]
) -> Iterator[Finding]:
    """Name topics, whoever made them, that would lose what was acknowledged, or take times from producers' clocks."""
    if not any(configs.values()):
        yield skip("topic settings", "not seen: this user may not describe them")
        return
    wrong = False
    for plan in plan_topics(settings, state_topics(settings.app_id)):
        found = configs.get(plan.name, {})
        for key, value in _wanted(plan, copies.get(plan.name, 0), found):
            if found.get(key, value) != value:
                wrong = True
                cure = f"`kafka-configs.sh --alter --topic {plan.name} --add-config {key}={value}`"
                yield fail("topic settings", f"{plan.name} has {key}={found[key]}, expected {value}", cure)
    if not wrong:
        yield ok("topic settings", f"{CLEANUP}, {TIMES} and {IN_SYNC} are as they should be")


def _wanted(plan: TopicPlan, copies: int, found: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if plan.configs[CLEANUP] in ("compact", "delete"):  # state must not expire, nor one message replace another
        yield CLEANUP, plan.configs[CLEANUP]
    elif plan.configs[RETENTION] == str(FOR_EVER) and "delete" in found.get(CLEANUP, ""):
        yield RETENTION, plan.configs[RETENTION]
    if TIMES in plan.configs:
        yield TIMES, plan.configs[TIMES]
    if copies >= MANY and found.get(IN_SYNC) == "1":
        yield IN_SYNC, "2"
