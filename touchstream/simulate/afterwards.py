"""Stories of customers who have bought: the parcel, the survey days later, the review, the next question."""

from collections.abc import Generator
from typing import Any, Final

from schemas.durations import DAY_S
from touchstream.simulate.contact import call, call_back, chat, ticket, write
from touchstream.simulate.customer import Customer
from touchstream.simulate.world import Story, World

URL: Final = "https://shop.example/"
EMOTIONS: Final = {"happy": "happy", "fine": "neutral", "slow": "frustrated", "angry": "angry"}


def recipient(world: World, who: Customer, bought_at: str | None = None) -> Story:
    """Get the parcel, perhaps late; be asked for an opinion days later; some then need help."""
    who.becomes_known()
    for place in world.places["deliveries"]:
        world.do(who, "delivery", place, actor="system")
        yield world.later(0.15 * DAY_S)
    late = world.chance(world.news.parcels_late(world.now_ms))
    if late:
        who.is_let_down("late_delivery")
    if world.chance(0.6 if late else 0.2):
        yield from in_need(world, who)
    about = bought_at or world.pick("deliveries" if world.chance(0.5) else "orders")
    if late and world.places["deliveries"]:
        about = world.places["deliveries"][-1]  # whoever was let down at the door speaks of the door
    yield from surveyed(world, who, "purchase_surveys", "nps", about, delay_s=0.5 * DAY_S)
    yield from _in_public(world, who)
    if world.chance(0.3):
        yield world.later(DAY_S)
        yield from surveyed(world, who, "purchase_surveys", "nps", None, delay_s=0.5 * DAY_S)


def in_need(world: World, who: Customer) -> Story:
    """Read the help pages, then ask a human on one channel or another, then say how that was."""
    help_page = world.pick("help_pages")
    if help_page is not None and world.chance(0.6):
        world.do(who, "page_view", help_page, url=f"{URL}help")
        yield world.later(60)
        if world.chance(0.25):
            return
    chance = world.random.random()
    if chance < 0.34:
        yield from call(world, who, "support_lines")
    elif chance < 0.58:
        yield from chat(world, who, "support_chats")
    elif chance < 0.78:
        yield from ticket(world, who)
    elif chance < 0.91:
        yield from write(world, who, "mailboxes", "email")
    else:
        yield from write(world, who, "social_inboxes", "social")
    if who.contact is not None:
        metric = "csat" if world.chance(0.6) else "ces"
        yield from surveyed(world, who, "service_surveys", metric, *who.contact, delay_s=1_800)


SCALES: Final = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def surveyed(
    world: World, who: Customer, part: str, metric: str, about: str | None, talk: str | None = None, *, delay_s: float
) -> Story:
    """Be asked about a touchpoint, or about the company as a whole when there is none; many say nothing."""
    form = world.pick(part)
    if form is None or world.chance(0.25):
        return
    yield world.later(delay_s)
    place = about or form
    survey = f"{metric}-{place}"
    world.do(who, "survey_invitation", form, survey_id=survey, actor="system")
    yield world.later(delay_s)
    chance = world.random.random()
    if chance < 0.3:
        return
    asked: dict[str, Any] = {"metric": metric, "survey_id": survey}
    if about is None:
        asked["occasion"] = "relational"
    if talk is not None:
        asked["conversation_id"] = talk
    if chance < 0.42:
        world.say(who, "survey_skipped", place, **asked)
        return
    score = yield from _answered(world, who, place, asked)
    if metric == "nps" and score <= 6:
        yield from _rescued(world, who)


def _answered(world: World, who: Customer, place: str, asked: dict[str, Any]) -> Generator[int, None, int]:
    lowest, highest = SCALES[asked["metric"]]
    said = {**asked, "submission_id": f"{who.journey_id}-{asked['survey_id']}", "scale": highest}
    for _ in range(2 if world.chance(0.04) else 1):  # an edit is the same submission again, not a second answer
        score = who.score(lowest, highest, world.random)
        world.say(who, "survey_answer", place, **said, score=score, **_remarks(world, who))
        yield world.later(300)
    return score


def _remarks(world: World, who: Customer) -> dict[str, Any]:
    return who.remarks(world.random, world.news.unheard(world.now_ms))


def _rescued(world: World, who: Customer) -> Story:
    """Be written to, perhaps, and asked once more how it is now."""
    yield from call_back(world, who)
    place = world.pick("mailboxes")
    if place is not None:
        yield from surveyed(world, who, "service_surveys", "csat", place, delay_s=0.7 * DAY_S)


def _in_public(world: World, who: Customer) -> Story:
    place = world.pick("mentions")
    review_place = world.pick("products")
    if review_place is not None and world.chance(0.10):
        yield world.later(DAY_S)
        stars, submission = who.score(1, 5, world.random), f"{who.journey_id}-review"
        said = _remarks(world, who)
        world.say(who, "review", review_place, score=stars, scale=5, submission_id=submission, **said)
    if place is not None and world.chance(0.03 if 0.3 < who.mood < 0.9 else 0.12):
        yield world.later(0.2 * DAY_S)
        felt = round(max(-1.0, min(1.0, who.mood * 2 - 1 + world.random.gauss(0, 0.2))), 3)
        world.say(who, "mention", place, sentiment=felt, emotion=EMOTIONS[who.tone])
