"""How a worker ends by itself: with one line where a person has the cure, with a traceback where it is our mistake."""

import errno
import functools
import logging
import os
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn, ParamSpec

from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from sinks.errors import NotAllowedError, SchemaMismatchError, SettingsError
from streams.batching.app import EXIT_BUG
from streams.batching.group import GroupRefusedError
from streams.changelog import StateTooLargeError
from streams.logic.watermark import ClockSetBackError
from streams.logic.wire import NewerStateError
from streams.settings import PREFIX
from streams.state import OutrankedError, StateBeyondTopicError, StateGoneError, TopicReplacedError
from streams.topic_setup import TopicSetupError

log = logging.getLogger(__name__)

EXIT_CURABLE: Final = 2  # starting it again does not help before somebody has done what the line says
EXIT_AGAIN: Final = 75  # EX_TEMPFAIL: start it again
CURABLE: Final = (
    NewerStateError,
    StateBeyondTopicError,
    StateGoneError,
    TopicReplacedError,
    StateTooLargeError,
    SchemaMismatchError,
    NotAllowedError,
    SettingsError,
    TopicSetupError,
    GroupRefusedError,
)
RIGHTS: Final = "what docs/running.md, Rights at Kafka, says"
DISK_FULL: Final = os.strerror(errno.ENOSPC)
P = ParamSpec("P")


def ending(
    work: Callable[P, Coroutine[Any, Any, None]], stopping: Callable[[], bool] = lambda: False
) -> Callable[P, Coroutine[Any, Any, None]]:
    """Let an exception of this work end the process at once, so that nothing is committed past it.

    While the worker stops, clients are closed under its hands: that is no mistake, and what is not committed is read again.
    """

    @functools.wraps(work)
    async def watched(*args: P.args, **options: P.kwargs) -> None:
        try:
            await work(*args, **options)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not be swallowed
            if not stopping():
                end(error, work.__qualname__)
            log.warning("%s broke off while the worker stops: %r", work.__qualname__, error)

    return watched


def end(error: BaseException, doing: str) -> NoReturn:
    """Say why and end the process; a supervisor starts it from the last commit."""
    if isinstance(error, CURABLE):
        log.critical("%s", error)
        code = EXIT_CURABLE
    elif isinstance(error, TopicAuthorizationFailedError | GroupAuthorizationFailedError):
        log.critical("the brokers refuse this worker (%s): give this user %s", error, RIGHTS)
        code = EXIT_CURABLE
    elif _is_full_disk(error):
        log.critical("%s. Make room where %sSTATE_DIR is, then start the worker again", error, PREFIX)
        code = EXIT_CURABLE
    elif isinstance(error, OutrankedError):
        log.warning("another worker has taken over: %s. This one ends; start it again to join the group anew", error)
        code = EXIT_AGAIN
    elif isinstance(error, ClockSetBackError):
        log.warning("%s. This worker ends; start it again to go on from now", error)
        code = EXIT_AGAIN
    else:
        log.critical("%s failed, the worker ends", doing, exc_info=error)
        code = EXIT_BUG
    logging.shutdown()
    os._exit(code)


def _is_full_disk(error: BaseException) -> bool:
    """Whether a worker has no room for its states; RocksDB says so with a plain Exception."""
    return (type(error) is Exception or isinstance(error, OSError)) and DISK_FULL in str(error)
