"""San Francisco Airport's customer survey of May 2013: 3,535 passengers, 25 ratings each (DataSF)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas.feedback import Feedback, Metric, SurveyAnswer, SurveySkipped
from touchstream.ingest.adapter import Adapter, row_by_row
from touchstream.ingest.rows import Row, Table

ZONE: Final = ZoneInfo("America/Los_Angeles")
QUESTIONS: Final = (
    *("Q7A_ART", "Q7B_FOOD", "Q7C_SHOPS", "Q7D_SIGNS", "Q7E_WALK", "Q7F_SCREENS", "Q7G_INFOARR", "Q7H_INFODEP"),
    *("Q7I_WIFI", "Q7J_ROAD", "Q7K_PARK", "Q7L_AIRTRAIN", "Q7M_LTPARK", "Q7N_RENTAL", "Q7O_WHOLE"),
    *("Q9A_CLNBOARD", "Q9B_CLNAIRTRAIN", "Q9C_CLNRENT", "Q9D_CLNFOOD", "Q9E_CLNBATH", "Q9F_CLNWHOLE"),
    *("Q10SAFE", "Q13_RATEGETTO", "Q14A_FIND", "Q14B_SECURITY"),
)
SKIPPED: Final = {"0": "blank", "6": "never_used"}
SURVEY: Final = "sfo-2013"


def _answers(row: Row) -> Iterator[Feedback]:
    # Passengers were asked at the gate: the hour of the interview is not in the file, the hour of their flight is.
    flight = f"2013-05-{int(row.cells['INTDATE']):02d} {row.cells['DEPTIME']}"
    at = datetime.strptime(flight, "%Y-%m-%d %I:%M %p").replace(tzinfo=ZONE)
    for question in QUESTIONS:
        yield _answer(row, question, at)


def _answer(row: Row, question: str, at: datetime) -> Feedback:
    respondent, rating = f"sfo-{row.cells['RESPNUM']}", row.cells[question]
    weight = float(row.cells["WEIGHT"])
    shared: dict[str, Any] = {
        "event_id": f"{respondent}-{question}",
        "occurred_at": at,
        "journey_id": respondent,
        "customer_id": respondent,
        "touchpoint": question,
        "channel": "survey",
        "source": "sfo_survey",
        "metric": Metric.CSAT,
        "survey_id": SURVEY,
        "submission_id": f"{respondent}-{question}",
    }
    if rating in SKIPPED:
        return SurveySkipped(properties={"weight": weight, "reason": SKIPPED[rating]}, **shared)
    return SurveyAnswer(properties={"weight": weight}, score=int(rating), scale=5, **shared)


ADAPTER = Adapter(
    reads=Table(columns=("RESPNUM", "INTDATE", "DEPTIME", "WEIGHT", *QUESTIONS)), events=row_by_row(_answers)
)
