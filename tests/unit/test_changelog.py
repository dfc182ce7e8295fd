import pytest

from streams.changelog import EPOCH_HEADER, Intrusion, Replay, epoch_of


def record(epoch: int, body: bytes | None) -> tuple[bytes | None, list[tuple[str, bytes]]]:
    raw = epoch.to_bytes(8, "big")
    return (raw + body, []) if body is not None else (None, [(EPOCH_HEADER, raw)])


def replayed(*records: tuple[bytes, int, bytes | None]) -> Replay:
    replay = Replay()
    for key, epoch, body in records:
        replay.apply(key, *record(epoch, body))
    return replay


@pytest.mark.parametrize("body", [b"value", b"", None])
def test_every_record_names_its_epoch(body: bytes | None) -> None:
    assert epoch_of(*record(7, body)) == 7


def test_the_last_record_of_a_key_counts_and_a_tombstone_removes_it() -> None:
    replay = replayed((b"a", 1, b"1"), (b"b", 1, b"2"), (b"a", 1, b"3"), (b"b", 1, None))
    assert (replay.values, replay.epoch, replay.stale) == ({b"a": b"3"}, 1, set())


def test_a_record_of_a_lower_epoch_than_one_before_it_is_passed_over() -> None:
    replay = replayed((b"a", 1, b"good"), (b"claim", 2, b""), (b"a", 1, b"zombie"), (b"new", 1, b"zombie"))
    assert replay.values == {b"a": b"good", b"claim": b""}
    assert replay.stale == {b"a", b"new"}


def test_a_lower_epoch_before_the_claim_is_valid() -> None:
    assert replayed((b"a", 1, b"old"), (b"claim", 2, b"")).values[b"a"] == b"old"


def test_a_key_that_was_written_again_since_is_not_stale() -> None:
    replay = replayed((b"claim", 2, b""), (b"a", 1, b"zombie"), (b"a", 2, b"good"))
    assert (replay.values[b"a"], replay.stale) == (b"good", set())


def test_a_tombstone_of_a_former_owner_removes_nothing() -> None:
    replay = replayed((b"a", 2, b"good"), (b"a", 1, None))
    assert (replay.values, replay.stale) == ({b"a": b"good"}, {b"a"})


def test_only_what_differs_from_the_valid_value_is_corrected() -> None:
    intrusion = Intrusion()
    for key, epoch, body in [
        (b"a", 1, b"bad"),
        (b"ours", 2, b"same"),
        (b"gone", 1, b"bad"),
        (b"older", 2, b"first try"),
    ]:
        intrusion.apply(key, *record(epoch, body))
    valid = {b"a": b"good", b"ours": b"same", b"older": b"second"}
    assert intrusion.corrections(2, valid.get) == {b"a": b"good", b"gone": None, b"older": b"second"}
    assert intrusion.epoch == 2
