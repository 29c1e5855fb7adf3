"""How much an actor may ask for: a bucket of cost units that fills at a steady rate, in the memory of each process."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gridgeo_api.errors import TOO_MANY, TooManyError, problem_from_error

COSTS: tuple[tuple[str, re.Pattern[str], float], ...] = tuple(
    (method, re.compile(path), cost)
    for method, path, cost in (
        ("GET", r"/(health|ready|metrics)", 0.0),
        ("GET", r"/tiles/.*\.(mvt|json)", 1.0),
        ("POST", r"/api/v1/(runs|exports|catchments|imports).*", 50.0),
        ("GET", r"/api/v1/(exports|downloads|changes).*", 50.0),
        ("GET", r"/api/v1/.*(/compare|/gains|/handover|/explain|/card|/members|/count|/map\.png)", 10.0),
        ("GET", r"/api/v1/(cells|where-next|territories|catchments)", 5.0),
        ("POST", r"/api/v1/.*", 10.0),
        ("PATCH", r"/api/v1/.*", 10.0),
        ("DELETE", r"/api/v1/.*", 10.0),
    )
)
"""Method, path, cost; the first that fits. What computes over all cells or writes costs more than a look-up."""
USUAL_COST = 1.0
FAILED_SIGN_IN_COST = 20.0
"""What a credential that is not good costs the address that it came from."""
MAX_BUCKETS = 10_000


def cost_of(method: str, path: str) -> float:
    """Return the cost units of a request."""
    for known, pattern, cost in COSTS:
        if known == method and pattern.fullmatch(path):
            return cost
    return USUAL_COST


class Buckets:
    """One bucket a name: `burst` units at most, filled by `rate_per_s`; a rate of 0 is no limit."""

    def __init__(self, rate_per_s: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate_per_s = rate_per_s
        self.burst = burst
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str, cost: float) -> float:
        """Return the seconds until a bucket has so many units; 0.0 when it has them now.

        A cost above the whole bucket waits for a full one.
        """
        if self.rate_per_s <= 0:
            return 0.0
        return max(0.0, min(cost, self.burst) - self._units(name)) / self.rate_per_s

    def _units(self, name: str) -> float:
        now = self._clock()
        left, since = self._left.get(name, (self.burst, now))
        return min(self.burst, left + (now - since) * self.rate_per_s)

    def take(self, name: str, cost: float) -> float:
        """Take units out of a bucket; return 0.0, or the seconds until there are enough, with nothing taken."""
        wait_s = self.wait_s(name, cost)
        if wait_s > 0 or self.rate_per_s <= 0 or cost <= 0:
            return wait_s
        self._left[name] = (self._units(name) - cost, self._clock())
        self._left.move_to_end(name)
        if len(self._left) > MAX_BUCKETS:
            self._left.popitem(last=False)
        return 0.0

    def require(self, name: str, cost: float) -> None:
        """Take units out of a bucket; TooManyError with the time to wait when there are not enough."""
        wait_s = self.take(name, cost)
        if wait_s > 0:
            raise TooManyError(TOO_MANY, seconds=int(wait_s) + 1)


class RateLimit:
    """Middleware inside `RequireActor`: each request costs its actor."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self.app = app
        self.buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what the actor can pay for, answer 429 to the rest.

        What is open to everybody is not counted: behind a proxy all come from one address, and its limits hold there.
        """
        actor = getattr(Request(scope).state, "actor", None) if scope["type"] == "http" else None
        if actor is not None:
            try:
                self.buckets.require(actor.id, cost_of(scope["method"], scope["path"]))
            except TooManyError as error:
                await problem_from_error(Request(scope), error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def address_of(request: Request) -> str:
    """Return the address that a request came from: of the proxy where there is one, whose own limit comes first."""
    return request.client.host if request.client is not None else "-"
