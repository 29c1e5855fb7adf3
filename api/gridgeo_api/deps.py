"""What a route asks for: its transaction, its actor, the publication it reads, and how it answers."""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer
from starlette.responses import Response

from gridgeo import __version__
from gridgeo.domain import Actor
from gridgeo.domain.public import sees_money, sees_public_only
from gridgeo.errors import BusyError, InvalidInputError
from gridgeo.pipeline import browse
from gridgeo.storage import act_as
from gridgeo.storage import reading as open_reading
from gridgeo.storage.replies import ReplyRecord, keep_reply, kept_reply
from gridgeo_api.cache import Answer, BoundedCache, Key, packed_answer
from gridgeo_api.errors import NO_VERSION, SIGN_IN, STATUSES, NoVersionError, SignInError
from gridgeo_api.limits import DEADLINE, GZIP_LEVEL, MAX_TEXT
from gridgeo_api.negotiation import brotli_packed, has_already, takes
from gridgeo_api.remembered import ANSWERED

JSON = "application/json"
GEOJSON = "application/geo+json"
REVALIDATE = "private, no-cache"
"""An answer may be kept, but must be asked for again: a new publication shows at once."""

VARY = "Accept-Encoding, Cookie, Authorization, X-API-Key"
"""Whose answer it is follows from who asks."""

session_cookie = APIKeyCookie(
    name="gridgeo_session_8321",
    scheme_name="session",
    description="Set by the one-time login link that `gridgeo serve` prints; the name ends in the service's port.",
    auto_error=False,
)


bearer_token = HTTPBearer(
    scheme_name="token",
    description="A token of the bank's identity provider, or a key that `gridgeo key add` made; servers only.",
    auto_error=False,
)
api_key = APIKeyHeader(
    name="X-API-Key",
    scheme_name="key",
    description="A key that `gridgeo key add` made; servers only.",
    auto_error=False,
)


async def current_actor(
    request: Request,
    _session: Annotated[str | None, Depends(session_cookie)] = None,
    _token: Annotated[object, Depends(bearer_token)] = None,
    _key: Annotated[str | None, Depends(api_key)] = None,
) -> Actor:
    """Return who is asking; the middleware has looked it up."""
    known: Actor | None = request.state.actor
    if known is None:
        raise SignInError(SIGN_IN)
    return known


ActorKnown = Annotated[Actor, Depends(current_actor)]


def connection(request: Request, known: ActorKnown) -> Iterator[sa.Connection]:
    """Open one transaction for the request, which sees one moment throughout and is over before the answer is sent.

    It sees the branches of whoever asks.
    """
    with open_reading(request.app.state.engine) as opened:
        act_as(opened, known)
        yield opened


def unasked_connection(request: Request) -> Iterator[sa.Connection]:
    """Open one transaction that sees no branch: for what is answered to everybody."""
    with open_reading(request.app.state.engine) as opened:
        yield opened


MAX_CONNECTIONS = 8
"""Below the pool's size: further requests wait their turn in the event loop, where waiting costs no thread."""
Connected = Annotated[sa.Connection, Depends(connection, scope="function", max_concurrency=MAX_CONNECTIONS)]
ConnectedForAll = Annotated[
    sa.Connection, Depends(unasked_connection, scope="function", max_concurrency=MAX_CONNECTIONS)
]


@dataclass(frozen=True)
class Reading:
    """One read request: store, actor, publication, and the answers already made for it."""

    request: Request
    connection: sa.Connection
    actor: Actor
    published: browse.Publication

    def at(self, version_id: int) -> Reading:
        """Return the same request over another publication; NotFoundError when the version is none."""
        layers: BoundedCache[Any] = self.request.app.state.layers
        found = layers.get((version_id, "publication"), lambda: browse.publication(self.connection, version_id))
        return replace(self, published=found)

    @property
    def freshness(self) -> dict[str, str]:
        """Return the headers that tell which publication an answer is of, and when it was published."""
        at = self.published.published_at
        return {"gridgeo-publication": str(self.published.id), "gridgeo-published-at": at.isoformat(timespec="seconds")}

    @property
    def scope(self) -> Key:
        """What the actor may see, as part of a cache key; two actors share an answer only if they see the same."""
        figures = "public" if sees_public_only(self.actor) else "all" if sees_money(self.actor) else "no money"
        return (figures, *(("all",) if self.actor.branch_ids is None else ("of", *sorted(self.actor.branch_ids))))

    def layer(self, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - each layer has a type of its own
        """Return what was prepared for this publication and scope, made now if it is the first time."""
        layers: BoundedCache[Any] = self.request.app.state.layers
        return layers.get((self.published.id, self.scope, name), make)

    def tag(self, key: Key, cache_control: str = REVALIDATE) -> dict[str, str]:
        """Return the headers by which an answer is told from others: what it depends on, and how it may be kept."""
        tagged = {"etag": _etag((self.published.id, self.scope, *key))}
        return tagged | {"cache-control": cache_control, "vary": VARY} | self.freshness

    def has_already(self, etag: str) -> bool:
        """Tell whether the caller's copy is still good."""
        return has_already(self.request.headers.get("if-none-match"), etag)

    def answer(
        self,
        key: Key,
        make: Callable[[], bytes],
        *,
        media_type: str = JSON,
        cache_control: str = REVALIDATE,
        again: bool = False,
    ) -> Response:
        """Return the answer of a route and its parameters, 304 where the caller has it already.

        key: the route and all that its body depends on, besides publication and scope. again: whether all of that
        stands in the address, so that the answer may be given again without asking the route.
        """
        full: Key = (self.published.id, self.scope, *key)
        headers = self.tag(key, cache_control)
        if self.has_already(headers["etag"]):
            return Response(status_code=304, headers=headers)
        response = self._coded(full, make, media_type, headers)
        if again:
            self.request.scope[ANSWERED] = (self.published.id, response)
        return response

    def _coded(self, full: Key, make: Callable[[], bytes], media_type: str, headers: dict[str, str]) -> Response:
        """Return the answer in the smallest coding that the caller takes."""
        answers: BoundedCache[Answer] = self.request.app.state.answers
        found = answers.get(full, lambda: packed_answer(media_type, make(), GZIP_LEVEL))
        coding = self.request.headers.get("accept-encoding")
        if takes(coding, "br") and media_type in (JSON, GEOJSON):
            packed = answers.get((*full, "br"), lambda: Answer(media_type, b"", brotli_packed(found.plain))).packed
            if len(packed) < len(found.packed):
                return Response(packed, media_type=media_type, headers=headers | {"content-encoding": "br"})
        if takes(coding, "gzip") and len(found.packed) < len(found.plain):
            return Response(found.packed, media_type=media_type, headers=headers | {"content-encoding": "gzip"})
        return Response(found.plain, media_type=media_type, headers=headers)


def reading(request: Request, known: ActorKnown) -> Iterator[Reading]:
    """Open a transaction and find the live publication in it: what a read request works with.

    Raises NotFoundError when nothing is published yet.
    """
    layers: BoundedCache[Any] = request.app.state.layers
    with open_reading(request.app.state.engine) as opened:
        act_as(opened, known)
        live_id = browse.publication_id(opened)
        published = layers.get((live_id, "publication"), lambda: browse.publication(opened))
        yield Reading(request, opened, known, published)


@dataclass(frozen=True)
class Writing:
    """One request that changes something: its transaction, committed before the answer is sent, actor and moment."""

    request: Request
    connection: sa.Connection
    actor: Actor
    now: datetime


@contextmanager
def write_transaction(request: Request, actor: Actor) -> Iterator[Writing]:
    """Open a transaction that may write; it is rolled back when the request fails or has run out of time."""
    with request.app.state.engine.begin() as opened:
        act_as(opened, actor, writes=True)
        yield Writing(request, opened, actor, moment())
        if time.monotonic() > request.scope.get(DEADLINE, math.inf):
            # The caller has been told that nothing came of it.
            raise BusyError(STATUSES[503][1])


def writing(request: Request, known: ActorKnown) -> Iterator[Writing]:
    """Open the request's one transaction that may write."""
    with write_transaction(request, known) as opened:
        yield opened


def trying(request: Request, known: ActorKnown) -> Iterator[Writing]:
    """Open a transaction that is rolled back whatever happens: what a change would do."""
    with request.app.state.engine.connect() as opened:
        try:
            act_as(opened, known, writes=True)
            yield Writing(request, opened, known, moment())
        finally:
            opened.rollback()


MAX_WRITERS = 4
WritingNow = Annotated[Writing, Depends(writing, scope="function", max_concurrency=MAX_WRITERS)]
TryingNow = Annotated[Writing, Depends(trying, scope="function", max_concurrency=MAX_WRITERS)]


def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=MAX_TEXT,
            pattern=r"^[\x21-\x7e]+$",
            description="Names this request: the same key again answers with what the first one did.",
            examples=["3c0f6f0e-0d4f-4a55-9a6e-0c8f9a1f2b3c"],
        ),
    ] = None,
) -> str | None:
    """Return the caller's name for this request."""
    return key


def revision(
    given: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=MAX_TEXT,
            description="The revision that the change is meant for, as it was read.",
            examples=['"7"'],
        ),
    ] = None,
) -> int:
    """Return the revision that a change is meant for.

    Raises NoVersionError when there is none, InvalidInputError when it is no number.
    """
    if given is None:
        raise NoVersionError(NO_VERSION)
    text = given.removeprefix("W/").strip('"')
    # Behind a point stands what changes the answer and not the thing, such as the number of remarks on it.
    found = re.fullmatch(r"([0-9]{1,15})(\.[0-9]{1,15})?", text)
    if found is None:
        raise InvalidInputError("{field} must be a whole number, got {given}", field="If-Match", given=given)
    return int(found[1])


KeyGiven = Annotated[str | None, Depends(idempotency_key)]


@dataclass(frozen=True)
class Once:
    """How a request names itself, if it does. digest: of all that it asks."""

    key: str | None
    digest: str

    def answer(self, writing: Writing, make: Callable[[], Response]) -> Response:
        """Return what the request was answered before, or answer it now and keep the answer with what was done.

        Raises ConflictError when the key was used for another request.
        """
        if self.key is None:
            return make()
        known = kept_reply(writing.connection, writing.actor, self.key, self.digest)
        if known is not None:
            return Response(known.body, known.status, known.headers)
        made = make()
        headers = {name: made.headers[name] for name in KEPT_HEADERS if name in made.headers}
        reply = ReplyRecord(self.digest, made.status_code, headers, bytes(made.body))
        keep_reply(writing.connection, writing.actor, self.key, reply, writing.now)
        return made


KEPT_HEADERS = ("content-type", "cache-control", "etag", "location")


async def once(request: Request, key: KeyGiven) -> Once:
    """Return how the request names itself."""
    asked = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
    told = repr(asked).encode("utf-8", "surrogatepass") + await request.body()
    return Once(key, hashlib.sha256(told).hexdigest())


OnceGiven = Annotated[Once, Depends(once)]
RevisionGiven = Annotated[int, Depends(revision)]


ReadingNow = Annotated[Reading, Depends(reading, scope="function", max_concurrency=MAX_CONNECTIONS)]


def moment() -> datetime:
    """Return the time now, aware; the one clock of the service."""
    return datetime.now(UTC)


def plain_answer(body: object, status: int = 200, etag: str | None = None) -> Response:
    """Return JSON of what may change at any moment: nobody keeps it. etag: the revision for If-Match."""
    headers = {"cache-control": "no-store"} | ({} if etag is None else {"etag": etag})
    return Response(json_bytes(body), status_code=status, media_type=JSON, headers=headers)


def json_bytes(body: object) -> bytes:
    """Return JSON; a number that is not finite becomes null."""
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def _etag(key: tuple[Hashable, ...]) -> str:
    """Return a weak tag: plain and gzipped bodies of one answer carry the same one."""
    text = repr((__version__, *key)).encode("utf-8", "surrogatepass")
    return f'W/"{hashlib.sha256(text).hexdigest()[:24]}"'
