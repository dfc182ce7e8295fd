"""Who may ask the page, and what a browser may do with it: this machine only, nothing from outside."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from pydantic import ValidationError

from dashboards.variables import VariableError
from touchstream.page.asking import QueryFailed
from touchstream.page.options import BadValue

log = logging.getLogger(__name__)
LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost"})
# Plotly adds one empty <style> and fills it rule by rule: the hash is that of nothing. It also sets style attributes on
# the drawings it makes; attributes alone cannot fetch or run anything under the other rules.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src-elem 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other names for this address, and pages of other sites: neither may read a company's numbers."""
    origin = request.headers.get("Origin")
    if request.url.host not in LOCAL_NAMES:
        raise web.HTTPForbidden(text="This page is served to 127.0.0.1 and localhost only.\n", headers=HEADERS)
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden(text="Another site may not ask.\n", headers=HEADERS)
    return await handler(request)


@web.middleware
async def in_one_line(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say what is wrong with a request as JSON; a mistake of ours goes to the log."""
    try:
        return await handler(request)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "request"
        return _refusal(400, f"{where}: {first['msg'].removeprefix('Value error, ')}")
    except (BadValue, VariableError) as error:
        return _refusal(400, str(error))
    except QueryFailed as error:
        return _refusal(503, str(error))
    except ConnectionError:
        return web.Response()  # to nobody: the browser has gone on to something else
    except web.HTTPException:
        raise
    except Exception:
        log.exception("%s %s", request.method, request.path)
        return _refusal(500, "The page made a mistake; its log says which.")


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Sign every answer with what a browser may do with it."""
    response.headers.update(HEADERS)


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)
