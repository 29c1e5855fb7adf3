"""AND, OR and NOT over leaves of any kind, as frozen trees read from JSON within limits.

JSON: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}``, or a leaf. A tree is read without trust: its depth and
size are checked while it is read, before anything is done with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Generic, TypeAlias, TypeVar

import polars as pl

from gridgeo.errors import InvalidInputError

Leaf = TypeVar("Leaf")
ReadLeaf = Callable[[Mapping[str, object], str], Leaf]
"""Reads a leaf; the text says where it stands, for its errors."""


@dataclass(frozen=True)
class AllOf(Generic[Leaf]):
    """Every part holds."""

    parts: tuple[Tree[Leaf], ...]


@dataclass(frozen=True)
class AnyOf(Generic[Leaf]):
    """At least one part holds."""

    parts: tuple[Tree[Leaf], ...]


@dataclass(frozen=True)
class Not(Generic[Leaf]):
    """The part does not hold."""

    part: Tree[Leaf]


@dataclass(frozen=True)
class Is(Generic[Leaf]):
    """The leaf itself holds."""

    leaf: Leaf


Tree: TypeAlias = AllOf[Leaf] | AnyOf[Leaf] | Not[Leaf] | Is[Leaf]


@dataclass(frozen=True)
class Limits:
    """How large a tree from outside may be. depth: of AND, OR and NOT inside each other. leaves: in all."""

    depth: int = 6
    leaves: int = 50


LIMITS = Limits()


def tree_from_json(body: object, read_leaf: ReadLeaf[Leaf], limits: Limits = LIMITS) -> Tree[Leaf]:
    """Read a tree.

    Raises InvalidInputError naming the place of what does not fit: a form that is neither AND, OR, NOT nor a leaf, an
    empty list, or a tree over the limits.
    """
    return _Reader(read_leaf, limits).read(body, "rule", 0)


def leaves(tree: Tree[Leaf]) -> Iterator[Leaf]:
    """Yield the leaves of a tree from left to right."""
    if isinstance(tree, AllOf | AnyOf):
        for part in tree.parts:
            yield from leaves(part)
    elif isinstance(tree, Not):
        yield from leaves(tree.part)
    else:
        yield tree.leaf


def tree_mask(tree: Tree[Leaf], leaf_mask: Callable[[Leaf], pl.Expr]) -> pl.Expr:
    """Return a tree as one Boolean expression over a table.

    Null means unknown and goes through as in Kleene's logic: NOT unknown is unknown, true OR unknown is true.
    """
    if isinstance(tree, AllOf):
        return reduce(and_, (tree_mask(part, leaf_mask) for part in tree.parts))
    if isinstance(tree, AnyOf):
        return reduce(or_, (tree_mask(part, leaf_mask) for part in tree.parts))
    if isinstance(tree, Not):
        return ~tree_mask(tree.part, leaf_mask)
    return leaf_mask(tree.leaf)


def tree_words(tree: Tree[Leaf], leaf_words: Callable[[Leaf], str], joins: tuple[str, str, str]) -> str:
    """Say a tree in words; joins: the templates of AND and OR between two parts, and of NOT, each with its fields."""

    def inner(part: Tree[Leaf]) -> str:
        text = tree_words(part, leaf_words, joins)
        return f"({text})" if isinstance(part, AllOf | AnyOf) and len(part.parts) > 1 else text

    if isinstance(tree, AllOf | AnyOf):
        join = joins[0] if isinstance(tree, AllOf) else joins[1]
        return reduce(lambda left, right: join.format(left=left, right=right), map(inner, tree.parts))
    if isinstance(tree, Not):
        return joins[2].format(part=inner(tree.part))
    return leaf_words(tree.leaf)


class _Reader(Generic[Leaf]):
    """Counts the leaves while a tree is read."""

    def __init__(self, read_leaf: ReadLeaf[Leaf], limits: Limits) -> None:
        self._read_leaf = read_leaf
        self._limits = limits
        self._leaves = 0

    def read(self, body: object, where: str, depth: int) -> Tree[Leaf]:
        if not isinstance(body, dict) or not body:
            raise InvalidInputError("{where}: expected an object with all, any, not or a condition", where=where)
        joined = [name for name in ("all", "any", "not") if name in body]
        if not joined:
            return Is(self._leaf(body, where))
        if len(body) > 1:
            raise InvalidInputError(
                "{where}: {name} stands alone in its object, got {given}",
                where=where,
                name=joined[0],
                given=", ".join(sorted(map(str, body)))[:200],
            )
        if depth >= self._limits.depth:
            raise InvalidInputError(
                "{where}: AND, OR and NOT stand at most {most} deep", where=where, most=self._limits.depth
            )
        name = joined[0]
        if name == "not":
            return Not(self.read(body["not"], f"{where}.not", depth + 1))
        parts = tuple(
            self.read(part, f"{where}.{name}[{at}]", depth + 1)
            for at, part in enumerate(self._parts(body[name], f"{where}.{name}"))
        )
        return AllOf(parts) if name == "all" else AnyOf(parts)

    def _parts(self, body: object, where: str) -> list[object]:
        if not isinstance(body, list) or not body:
            raise InvalidInputError("{where}: expected a list with at least one part", where=where)
        if len(body) > self._limits.leaves:
            self._too_many(where)
        return body

    def _leaf(self, body: dict[str, object], where: str) -> Leaf:
        self._leaves += 1
        if self._leaves > self._limits.leaves:
            self._too_many(where)
        return self._read_leaf(body, where)

    def _too_many(self, where: str) -> None:
        raise InvalidInputError("{where}: a rule has at most {most} conditions", where=where, most=self._limits.leaves)
