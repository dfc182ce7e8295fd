"""Emotions that were stored before there was a column for them."""

from clickhouse_connect.driver.client import Client


def test_answers_of_before_have_the_emotion_their_event_carried(migrated: Client) -> None:
    carried = ['{"emotion":"angry"}', '{"emotion":"happy","emotion_source":"model","emotion_confidence":0.4}', "{}"]
    for offset, properties in enumerate(carried):
        migrated.command(
            "INSERT INTO answers (event_id, properties, source_offset) VALUES ({id:String}, {said:String}, {offset:UInt64})",
            parameters={"id": str(offset), "said": properties, "offset": offset},
        )
    told = migrated.query("SELECT emotion, emotion_source, emotion_confidence FROM v_answers ORDER BY event_id")
    assert told.result_rows == [("angry", "explicit", 1.0), ("happy", "model", 0.4), ("", "", None)]
