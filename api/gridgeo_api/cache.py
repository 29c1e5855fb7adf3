"""A bounded memory of what was computed for one publication: answers ready to send, layers ready to cut."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")
Key = tuple[Hashable, ...]


@dataclass(frozen=True)
class Answer:
    """One body, plain and gzipped; the gzip is made once however often it is sent."""

    media_type: str
    plain: bytes
    packed: bytes

    @property
    def size_bytes(self) -> int:
        """Bytes that keeping this answer costs."""
        return len(self.plain) + len(self.packed)


def packed_answer(media_type: str, body: bytes, level: int) -> Answer:
    """Return the answer with its gzip; the gzip's time stamp is 0, so the same body gives the same bytes."""
    return Answer(media_type, body, gzip.compress(body, compresslevel=level, mtime=0))


class BoundedCache(Generic[Value]):
    """Least recently used goes first; a value wanted by several threads at once is made by one of them.

    max_cost: sum of costs kept. cost: what one value costs.
    """

    def __init__(self, max_cost: int, cost: Callable[[Value], int]) -> None:
        self._max_cost = max_cost
        self._cost = cost
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._under_way: dict[Key, Future[Value]] = {}
        self._total = 0
        self._lock = Lock()
        self.hits = self.misses = 0
        """How often a value was there, or under way, and how often it had to be made."""

    @property
    def total_cost(self) -> int:
        """Cost of all values kept now; never above the bound."""
        return self._total

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of the key, made now if it is not kept; an error of ``make`` is kept for nobody."""
        with self._lock:
            waiting = self._under_way.get(key)
            if key in self._values or waiting is not None:
                self.hits += 1
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            if waiting is None:
                self.misses += 1
                mine: Future[Value] = Future()
                self._under_way[key] = mine
        return waiting.result() if waiting is not None else self._make(key, mine, make)

    def _make(self, key: Key, mine: Future[Value], make: Callable[[], Value]) -> Value:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._under_way[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._under_way[key]
            self._keep(key, value)
        mine.set_result(value)
        return value

    def _keep(self, key: Key, value: Value) -> None:
        cost = self._cost(value)
        if cost > self._max_cost:
            return
        self._values[key] = value
        self._total += cost
        while self._total > self._max_cost:
            _, dropped = self._values.popitem(last=False)
            self._total -= self._cost(dropped)
