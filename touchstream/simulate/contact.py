"""Stories of talking to the company: calls, chats, messages, tickets, offers."""

from typing import Final

from schemas.durations import DAY_S, HOUR_MS, MINUTE_MS
from touchstream.simulate.customer import Customer
from touchstream.simulate.world import Story, World

TOPICS: Final = ("delivery", "invoice", "defect", "return", "account")
AGENTS: Final = ("Ana", "Bogdan", "Carmen", "Dan", "Elena", "Florin")


def _agent(world: World) -> str:
    return AGENTS[int(world.random.random() * len(AGENTS))]


def call(world: World, who: Customer, part: str) -> Story:
    """Ring, wait in the queue, talk or hang up; whoever hung up may try once more."""
    line = world.pick(part)
    if line is None:
        return
    for attempt in range(2):
        asked, talk = world.now_ms, who.next_conversation(line)
        world.do(who, "call", line, action="queued", conversation_id=talk)
        patience = 1_500 + world.random.expovariate(1 / (3.0 * MINUTE_MS))
        served = world.desks["phone"].take(asked, patience)
        if served is not None:
            break
        yield asked + int(patience)
        world.do(who, "call", line, action="abandoned", conversation_id=talk)
        who.gave_up()
        if attempt or not world.chance(0.3):
            return
        yield world.later(600)
    if served is None:
        return
    answered, done = served
    yield answered
    agent = _agent(world)
    world.do(who, "call", line, action="answered", conversation_id=talk, actor="agent", agent=agent)
    who.waited(answered - asked, 20_000)
    who.becomes_known()
    yield done
    world.do(who, "call", line, action="ended", conversation_id=talk, actor="agent", agent=agent)


def chat(world: World, who: Customer, part: str) -> Story:
    """Write, get a bot first, then a human, then a few lines to and fro."""
    place = world.pick(part)
    if place is None:
        return
    asked, talk = world.now_ms, who.next_conversation(place)
    world.do(who, "message", place, direction="inbound", conversation_id=talk)
    yield asked + 1_500
    world.do(who, "message", place, direction="outbound", conversation_id=talk, actor="bot")
    if world.chance(0.06):  # the bot's answer was enough; a human closes the chat all the same
        answered, _ = world.desks["chat"].take(world.now_ms) or (world.now_ms, 0)
        yield answered
        world.do(who, "message", place, direction="outbound", conversation_id=talk, actor="agent")
        return
    yield world.later(20)
    world.do(who, "message", place, direction="inbound", conversation_id=talk)
    answered, done = world.desks["chat"].take(world.now_ms) or (world.now_ms, world.now_ms)
    yield answered
    world.do(who, "message", place, direction="outbound", conversation_id=talk, actor="agent")
    who.waited(answered - asked, 5 * MINUTE_MS)
    while world.now_ms < done and world.chance(0.75):
        yield world.later(40)
        world.do(who, "message", place, direction="inbound", conversation_id=talk)
        yield world.later(35 * world.rhythm.slowness(world.now_ms))
        world.do(who, "message", place, direction="outbound", conversation_id=talk, actor="agent")


def call_back(world: World, who: Customer) -> Story:
    """Write to somebody who was let down, and try to make up for it; nobody has the time for all of them."""
    place = world.pick("mailboxes")
    if place is None or world.chance(0.06):
        return
    yield world.later(5 * 3_600)
    reached, _ = world.desks["email"].take(world.now_ms) or (world.now_ms, 0)
    yield reached
    world.do(who, "message", place, direction="outbound", conversation_id=who.next_conversation(place), actor="agent")
    if world.chance(0.75):
        who.mood = min(1.0, who.mood + 0.45)


def write(world: World, who: Customer, part: str, desk: str) -> Story:
    """Send a mail or a message on a social network and wait for the answer; some are overlooked for days, few for ever."""
    place = world.pick(part)
    if place is None:
        return
    asked, talk = world.now_ms, who.next_conversation(place)
    world.do(who, "message", place, direction="inbound", conversation_id=talk)
    if world.chance(0.04):
        who.gave_up()
        if world.chance(0.05):
            return
        yield world.later(DAY_S)
    answered, _ = world.desks[desk].take(world.now_ms) or (asked, asked)
    if world.chance(0.15):
        yield max(world.now_ms, asked + (answered - asked) // 2)
        world.do(who, "message", place, direction="inbound", conversation_id=talk)  # asks again: still one wait
    yield answered + int(world.random.random() * 20 * MINUTE_MS)
    world.do(who, "message", place, direction="outbound", conversation_id=talk, actor="agent")
    who.waited(world.now_ms - asked, 3 * HOUR_MS)
    who.becomes_known()


def ticket(world: World, who: Customer) -> Story:
    """Complain, get an automatic notice, a note, an answer, a solution; now and then it was none and is reopened."""
    place = world.pick("tickets")
    if place is None:
        return
    asked, case = world.now_ms, who.next_conversation(place)
    topic = TOPICS[int(world.random.random() * len(TOPICS))]

    def step(action: str, actor: str) -> None:
        world.do(who, "ticket", place, action=action, conversation_id=case, actor=actor, topic=topic)

    step("opened", "customer")
    yield world.now_ms + 800
    step("agent_replied", "bot")
    answered, done = world.desks["ticket"].take(world.later(2_400)) or (asked, asked)  # first somebody has to find it
    yield max(world.now_ms, answered - MINUTE_MS)
    step("noted", "agent")
    yield max(world.now_ms + 1_000, answered)
    step("agent_replied", "agent")
    who.waited(world.now_ms - asked, 4 * HOUR_MS)
    who.becomes_known()
    yield done
    if world.chance(0.5):
        step("customer_replied", "customer")
        yield world.later(1_800 * world.rhythm.slowness(world.now_ms))
        step("agent_replied", "agent")
        yield world.later(300)
    step("solved", "agent")
    while world.chance(0.12):
        yield world.later(1.5 * DAY_S)
        step("reopened", "customer")
        who.mood = max(0.0, who.mood - 0.15)
        yield world.later(3 * 3_600)
        step("agent_replied", "agent")
        yield world.later(3_600)
        step("solved", "agent")


def ask_for_offer(world: World, who: Customer) -> Story:
    """Ask for an offer; one that takes over three hours loses the client, one in two hundred is never sent."""
    place = world.pick("proposals")
    if place is None:
        return
    asked, offer = world.now_ms, who.next_conversation(place)
    world.do(who, "proposal", place, action="requested", conversation_id=offer)
    who.becomes_known()
    if world.chance(0.005):
        who.buys = 0.0
        return
    if world.chance(0.04):  # lies in somebody's inbox over lunch, or over night
        yield world.later(0.3 * DAY_S)
    _, done = world.desks["proposal"].take(world.now_ms) or (asked, asked)
    yield done
    world.do(who, "proposal", place, action="sent", conversation_id=offer, actor="agent")
    who.waited(done - asked, 3 * HOUR_MS)
    who.buys *= 2.2 if done - asked <= 3 * HOUR_MS else 0.1
    yield world.later(3_600)
