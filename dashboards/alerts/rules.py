"""Every alert rule. Limits that the catalogue knows are compared with in SQL; the rest stand here."""

from typing import Final

from dashboards.alerts.rule import Group, Rule

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

WAITING: Final = Group(
    "Touchstream: customers wait",
    MINUTE,
    (
        Rule(
            name="wait-breached",
            title="Customers wait beyond their target",
            summary="{{ $labels.channel }}: {{ $values.B.Value }} of {{ $values.waiting.Value }} waiting conversations are past "
            "their target, the oldest question is {{ humanizeDuration $values.oldest_s.Value }} old",
            severity="critical",
            above=0,
            since=HOUR,
            lasting="1m",
            labels=("channel",),
            beside=("waiting", "oldest_s"),
        ),
        Rule(
            name="backlog",
            title="Too many unanswered conversations",
            summary="{{ $labels.channel }}: {{ $values.conversations.Value }} conversations wait for a human, "
            '{{ printf "%+.0f" $values.growth.Value }} within the hour; thresholds.unanswered is {{ $values.allowed.Value }}',
            severity="critical",
            above=1,
            since=HOUR,
            lasting="2m",
            labels=("channel",),
            beside=("conversations", "growth", "allowed"),
        ),
    ),
)

SERVICE: Final = Group(
    "Touchstream: service",
    5 * MINUTE,
    (
        Rule(
            name="first-response-p95",
            title="First responses take longer than promised",
            summary='{{ $labels.channel }}: 95 % of first responses took up to {{ printf "%.1f" $values.B.Value }} times their '
            "target ({{ humanizeDuration $values.p95_s.Value }}; n = {{ $values.n.Value }}, last hour)",
            severity="warning",
            above=1,
            since=HOUR,
            lasting="10m",
            labels=("channel",),
            beside=("p95_s", "n"),
        ),
        Rule(
            name="service-level",
            title="Service level below 80 %",
            summary="{{ $labels.channel }}: {{ humanizePercentage $values.B.Value }} of waits were answered in time "
            "({{ $values.in_time.Value }} of n = {{ $values.n.Value }}, asked in the last 4 hours)",
            severity="warning",
            below=0.8,
            since=4 * HOUR,
            lasting="10m",
            labels=("channel",),
            beside=("in_time", "n"),
        ),
        Rule(
            name="drop-off-jump",
            title="More visits than usual end without success",
            summary="{{ $labels.touchpoint }}: {{ humanizePercentage $values.exit_rate.Value }} of n = {{ $values.n.Value }} sessions "
            "ended there without success within an hour, {{ humanizePercentage $values.usual.Value }} in the same hour of the "
            "four weeks before (n = {{ $values.usual_n.Value }})",
            severity="warning",
            above=1,
            since=HOUR,
            lasting="5m",
            labels=("touchpoint",),
            beside=("exit_rate", "n", "usual", "usual_n"),
        ),
        Rule(
            name="silence",
            title="A channel has gone silent",
            summary="{{ $labels.channel }}: no event within the hour; in the same hour of the four weeks before there were "
            "at least {{ $values.least.Value }} journeys",
            severity="critical",
            below=1,
            since=HOUR,
            lasting="5m",
            labels=("channel",),
            beside=("least",),
        ),
    ),
)

SATISFACTION: Final = Group(
    "Touchstream: satisfaction",
    15 * MINUTE,
    (
        Rule(
            name="satisfaction-fall",
            title="Satisfaction fell",
            summary='{{ $labels.channel }}: {{ printf "%.1f" $values.score.Value }} of 10 within a day, 95 % interval '
            '{{ printf "%.1f to %.1f" $values.low.Value $values.high.Value }}, n = {{ $values.n.Value }}; in the week before '
            '{{ printf "%.1f" $values.before.Value }} (n = {{ $values.before_n.Value }})',
            severity="warning",
            above=0.5,
            since=DAY,
            lasting="30m",
            labels=("channel",),
            beside=("score", "low", "high", "n", "before", "before_n"),
        ),
        Rule(
            name="weakest-spoke",
            title="The weakest spoke of the wheel fell",
            summary='{{ $labels.channel }} is the weakest of the wheel: {{ printf "%.1f" $values.spoke_now.Value }} of 10 this week '
            '(n = {{ $values.n.Value }}), {{ printf "%.1f" $values.before.Value }} the week before (n = {{ $values.n_before.Value }})',
            severity="warning",
            above=1,
            since=7 * DAY,
            lasting="1h",
            labels=("channel",),
            beside=("spoke_now", "before", "n", "n_before"),
        ),
        Rule(
            name="cause-recurs",
            title="A covered cause recurs",
            summary="{{ $labels.cause }}: {{ $values.B.Value }} mentions after it was covered, {{ $values.affected.Value }} customers "
            "affected in all",
            severity="warning",
            above=0,
            since=DAY,
            lasting="0s",
            labels=("cause",),
            beside=("affected",),
        ),
    ),
)

PIPELINE: Final = Group(
    "Touchstream: pipeline",
    MINUTE,
    (
        Rule(
            name="lag",
            title="Numbers are behind",
            summary="{{ if gt $values.B.Value 1.0 }}The newest window of five minutes with events ended "
            "{{ humanizeDuration $values.age_s.Value }} ago; of the 60 windows before, {{ $values.busy.Value }} had events{{ else }}"
            "No event within a day, or no answer from ClickHouse{{ end }}",
            severity="critical",
            above=1,
            since=DAY,
            lasting="2m",
            beside=("age_s", "busy"),
            no_data="Alerting",  # nothing within a day: nobody sends, or nobody stores
            on_error="Alerting",  # the one rule that says so when ClickHouse does not answer; the others keep their state
        ),
        Rule(
            name="dead-letters",
            title="Many messages cannot be read",
            summary="{{ $labels.topic }}: {{ $values.letters.Value }} dead letters within 15 minutes, "
            "{{ humanizePercentage $values.share.Value }} of what was received",
            severity="warning",
            above=1,
            since=15 * MINUTE,
            lasting="0s",
            labels=("topic",),
            beside=("letters", "share"),
        ),
    ),
)

LEDGER: Final = Group(
    "Touchstream: ledger",
    15 * MINUTE,
    (
        Rule(
            name="ledger-mismatch",
            title="The ledger does not balance",
            summary="{{ $labels.topic }}: {{ $values.B.Value }} partitions do not balance: {{ $values.holes.Value }} offsets are nowhere, "
            "{{ $values.doubles.Value }} are in two places",
            severity="critical",
            above=0,
            since=DAY,
            lasting="15m",
            labels=("topic",),
            beside=("holes", "doubles"),
        ),
    ),
)

GROUPS: Final = (WAITING, SERVICE, SATISFACTION, PIPELINE, LEDGER)
RULES: Final = tuple(rule for group in GROUPS for rule in group.rules)
