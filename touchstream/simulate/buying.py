"""Stories of prospects: find, look, hesitate, buy or leave."""

from typing import Final

from schemas.durations import DAY_S
from touchstream.simulate.afterwards import recipient, surveyed
from touchstream.simulate.contact import ask_for_offer, call, chat
from touchstream.simulate.customer import Customer
from touchstream.simulate.world import Story, World

URL: Final = "https://shop.example/"
MEDIA: Final = ("link", "link", "short_link", "qr")


def prospect(world: World, who: Customer) -> Story:
    """Come, look around, perhaps talk to somebody, perhaps buy; most leave somewhere on the way."""
    yield from _arrive(world, who)
    if world.chance(0.36):
        return
    yield from _look_around(world, who)
    yield from _hesitate(world, who)
    if world.chance(min(0.9, 0.34 * who.buys)):
        yield from _buy_online(world, who)


def crawler(world: World, who: Customer) -> Story:
    """Fetch pages faster than anybody reads."""
    for _ in range(10 + int(world.random.random() * 30)):
        page = world.pick("products") or world.pick("entry_pages")
        if page is None:
            return
        world.do(who, "page_view", page, url=URL + page, automated=True)
        yield world.now_ms + 400


def _arrive(world: World, who: Customer) -> Story:
    link = world.pick("entry_links")
    if link is not None and world.chance(0.4):
        medium = MEDIA[int(world.random.random() * len(MEDIA))]
        world.do(who, "link_click", link, url=URL, medium=medium, campaign="autumn")
        yield world.later(3)
    page = world.pick("entry_pages")
    if page is not None:
        world.do(who, "page_view", page, url=URL, load_ms=200 + int(world.random.random() * 900))
        yield world.later(25)
    new_page = world.pick("unregistered")
    if new_page is not None and world.chance(0.02):
        world.do(who, "page_view", new_page, channel="web", url=f"{URL}{new_page}")
        yield world.later(25)


def _look_around(world: World, who: Customer) -> Story:
    while True:
        page = world.pick("products")
        if page is None:
            return
        world.do(who, "page_view", page, url=f"{URL}{page}", load_ms=150 + int(world.random.random() * 1_200))
        yield world.later(45)
        if world.chance(0.33):
            return
        if world.chance(0.04):  # comes back another time: a second session
            yield world.later(0.4 * DAY_S)


def _hesitate(world: World, who: Customer) -> Story:
    chance = world.random.random()
    if chance < 0.09:
        yield from chat(world, who, "presales_chats")
    elif chance < 0.14:
        yield from call(world, who, "sales_lines")
    elif chance < 0.18:
        yield from ask_for_offer(world, who)
    elif chance < 0.22:
        yield from _visit_store(world, who)
    if who.contact is not None and world.chance(0.4):
        world.tell(surveyed(world, who, "service_surveys", "csat", *who.contact, delay_s=1_800))


def _visit_store(world: World, who: Customer) -> Story:
    store = world.pick("stores")
    if store is None:
        return
    yield world.later(0.5 * DAY_S)
    world.do(who, "visit", store)
    if world.chance(0.5):
        world.tell(surveyed(world, who, "service_surveys", "csat", store, delay_s=7_200))
    till = world.pick("tills")
    if till is not None and world.chance(0.4):
        yield world.later(900)
        _pay(world, who, till)
        yield from surveyed(world, who, "purchase_surveys", "nps", till, delay_s=0.3 * DAY_S)


def _buy_online(world: World, who: Customer) -> Story:
    for part, goes_on in (("carts", 0.62), ("checkouts", 0.68)):
        page = world.pick(part)
        if page is not None:
            world.do(who, "page_view", page, url=f"{URL}{page}")
            yield world.later(40)
        if not world.chance(min(0.97, goes_on * who.buys * (0.55 + 0.6 * who.mood))):
            return
    order = world.pick("orders")
    if order is None:
        return
    _pay(world, who, order)
    if page is not None and world.chance(0.3):
        world.tell(surveyed(world, who, "purchase_surveys", "ces", page, delay_s=600))
    yield world.later(20)
    if world.chance(0.2):
        world.do(who, "page_view", order, url=f"{URL}{order}", ends_session=True)
    yield world.later(0.6 * DAY_S)
    yield from recipient(world, who, order)


def _pay(world: World, who: Customer, place: str) -> None:
    who.becomes_known()
    amount = 990 + int(world.random.lognormvariate(8.2, 0.7))
    world.do(who, "purchase", place, order_id=who.next_order(), amount=amount, currency="EUR")
