"""The language of users' measures: a formula over columns of cells, read into a tree without running anything.

Numbers, names of columns (in backquotes where they hold other signs than letters, digits and _), + - * / and brackets,
comparisons, and, or, not, and the functions of FUNCTIONS. Nothing else can be said in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridgeo.errors import InvalidInputError
from gridgeo.scoring.nearest_name import nearest_name

MOST_CHARACTERS, MOST_PARTS, MOST_DEPTH = 2000, 200, 30
"""Limits of a formula: far more than a person writes, little enough for a tree to be walked without care."""
MOST_RING = 5
"""Largest grid distance of a ring; beyond, a sum is of the whole branch rather than of a neighbourhood."""


@dataclass(frozen=True)
class Function:
    """What a function takes: the least and most values, and the kind of the first one."""

    least: int
    most: int
    first: str = "number"

    @property
    def takes(self) -> str:
        """How many values, for messages."""
        return str(self.least) if self.least == self.most else f"{self.least}-{self.most}"


MANY = 20
FUNCTIONS = {
    "min": Function(2, MANY),
    "max": Function(2, MANY),
    "abs": Function(1, 1),
    "log1p": Function(1, 1),
    "sqrt": Function(1, 1),
    "where": Function(3, 3, "condition"),
    "if_null": Function(2, 2),
    "ring_sum": Function(2, 2),
    "ring_mean": Function(2, 2),
    "share_of_branch": Function(1, 1),
    "rank_in_branch": Function(1, 1),
}
"""Function -> what it takes. ring_sum and ring_mean take a whole number of rings as their second value."""
RINGS = ("ring_sum", "ring_mean")
OF_BRANCH = ("share_of_branch", "rank_in_branch")
WORDS = frozenset({"and", "or", "not", *FUNCTIONS})
"""Names that the language has for itself."""
_COMPARISONS = ("<=", ">=", "==", "!=", "<", ">")
_CONDITIONS = frozenset({*_COMPARISONS, "and", "or", "not"})
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[^\W\d]\w*)|`(?P<quoted>[^`]+)`"
    r"|(?P<sign><=|>=|==|!=|[-+*/(),<>])"
)
_FULL_WIDTH = str.maketrans("（）,，＋－＊／＜＞×÷", "(),,+-*/<>*/")
"""Signs as Chinese keyboards write them, one for one."""


@dataclass(frozen=True)
class Node:
    """A part of a formula.

    kind: number, name, an operator, a function, ``negative``. at: where it stands, from 1. value: of a number. text: of
    a name. items: what it is made of.
    """

    kind: str
    at: int
    value: float = 0.0
    text: str = ""
    items: tuple[Node, ...] = ()

    @property
    def is_condition(self) -> bool:
        """Tell whether it is true or false rather than a number."""
        return self.kind in _CONDITIONS

    def names(self) -> dict[str, int]:
        """Return the columns it names, each with the place where it first stands."""
        found = {self.text: self.at} if self.kind == "name" else {}
        for item in self.items:
            found = item.names() | found
        return dict(sorted(found.items(), key=lambda each: each[1]))


def surroundings(node: Node) -> list[Node]:
    """Return the outermost parts of a formula that look at other cells than the one it is of."""
    if node.kind in (*RINGS, *OF_BRANCH):
        return [node]
    return [found for item in node.items for found in surroundings(item)]


def formula_text(node: Node) -> str:
    """Return a part of a formula as text, every operation in brackets."""
    if node.kind == "number":
        return f"{node.value:g}"
    if node.kind == "name":
        return node.text if node.text.isidentifier() else f"`{node.text}`"
    items = [formula_text(item) for item in node.items]
    if node.kind in FUNCTIONS:
        return f"{node.kind}({', '.join(items)})"
    if len(items) == 1:
        return f"-{items[0]}" if node.kind == "negative" else f"not {items[0]}"
    return f"({items[0]} {node.kind} {items[1]})"


@dataclass(frozen=True)
class Place:
    """Where a formula comes from, for messages: the measure's id and the field of its definition."""

    measure: str
    field: str = "formula"


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_formula(text: str, place: Place) -> Node:
    """Return the tree of a formula that gives a number.

    Raises InvalidInputError naming measure, field, the place in the text, what stands there and what may stand there.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidInputError(
            "measure {measure}, {field}: {given} characters; at most {most} are taken, split it into several measures",
            measure=place.measure,
            field=place.field,
            given=len(text),
            most=MOST_CHARACTERS,
        )
    return _Parser(_tokens(text, place), place).whole()


def _tokens(text: str, place: Place) -> list[_Token]:
    found, at, plain = [], 0, text.translate(_FULL_WIDTH)
    while at < len(plain):
        if plain[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(plain, at)
        if match is None:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: {given} is no sign of the language; it has numbers, "
                "names, + - * / ( ) , < <= > >= == !=, and names with other signs go into `backquotes`",
                **_where(place, at + 1),
                given=text[at],
            )
        kind = str(match.lastgroup)
        found.append(_Token(kind, match.group(kind), at + 1))
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _where(place: Place, at: int) -> dict[str, object]:
    return {"measure": place.measure, "field": place.field, "position": at}


class _Parser:
    """Recursive descent, one method a level: or, and, not, comparison, sum, product, sign, atom."""

    def __init__(self, tokens: list[_Token], place: Place) -> None:
        self._tokens = tokens
        self._place = place
        self._next = 0
        self._parts = 0
        self._depth = 0

    def whole(self) -> Node:
        found = self._number(self._any())
        token = self._token
        if token.kind != "end":
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: {given} stands after a formula that is complete; an "
                "operator is missing before it, or a bracket has no partner",
                **self._at(token.at),
                given=token.text,
            )
        return found

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _at(self, at: int) -> dict[str, object]:
        return _where(self._place, at)

    def _takes(self, *texts: str) -> _Token | None:
        token = self._token
        # A column may be called "or": in backquotes it is a name.
        if token.kind in ("sign", "name") and token.text in texts:
            self._next += 1
            return token
        return None

    def _node(self, kind: str, at: int, *items: Node, value: float = 0.0, text: str = "") -> Node:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: more than {most} numbers, names and operators; "
                "split the formula into several measures",
                **self._at(at),
                most=MOST_PARTS,
            )
        return Node(kind, at, value, text, items)

    def _any(self) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            self._too_deep()
        found = self._all()
        while token := self._takes("or"):
            found = self._node("or", token.at, self._condition(found), self._condition(self._all()))
        self._depth -= 1
        return found

    def _all(self) -> Node:
        found = self._not()
        while token := self._takes("and"):
            found = self._node("and", token.at, self._condition(found), self._condition(self._not()))
        return found

    def _not(self) -> Node:
        turned = []
        while token := self._takes("not"):
            turned.append(token)
        found = self._comparison()
        for token in reversed(turned):
            found = self._node("not", token.at, self._condition(found))
        return found

    def _comparison(self) -> Node:
        found = self._sum()
        token = self._takes(*_COMPARISONS)
        if token is None:
            return found
        found = self._node(token.text, token.at, self._number(found), self._number(self._sum()))
        if again := self._takes(*_COMPARISONS):
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: comparisons cannot follow one another; write a < b "
                "and b < c",
                **self._at(again.at),
            )
        return found

    def _sum(self) -> Node:
        found = self._product()
        while token := self._takes("+", "-"):
            found = self._node(token.text, token.at, self._number(found), self._number(self._product()))
        return found

    def _product(self) -> Node:
        found = self._signed()
        while token := self._takes("*", "/"):
            found = self._node(token.text, token.at, self._number(found), self._number(self._signed()))
        return found

    def _signed(self) -> Node:
        signs = []
        while token := self._takes("-"):
            signs.append(token)
        found = self._atom()
        for token in reversed(signs):
            found = self._node("negative", token.at, self._number(found))
        return found

    def _atom(self) -> Node:
        token = self._token
        self._next += token.kind != "end"
        if token.kind == "number":
            return self._literal(token)
        if token.kind == "quoted" or (token.kind == "name" and token.text not in WORDS and self._token.text != "("):
            return self._node("name", token.at, text=token.text)
        if token.kind == "name" and token.text not in ("and", "or", "not"):
            return self._call(token)
        if token.text == "(":
            found = self._any()
            self._close(")")
            return found
        return self._refuse(token)

    def _literal(self, token: _Token) -> Node:
        value = float(token.text)
        if value == float("inf"):
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: the number {given} is too large",
                **self._at(token.at),
                given=token.text,
            )
        return self._node("number", token.at, value=value)

    def _call(self, token: _Token) -> Node:
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: {given} is no function; did you mean {near}? There "
                "are {known}",
                **self._at(token.at),
                given=token.text,
                near=nearest_name(token.text, FUNCTIONS),
                known=", ".join(FUNCTIONS),
            )
        self._close("(")
        items = [self._any()]
        while self._takes(","):
            items.append(self._any())
        self._close(")")
        if not function.least <= len(items) <= function.most:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: {function} takes {takes} values, got {given}",
                **self._at(token.at),
                function=token.text,
                takes=function.takes,
                given=len(items),
            )
        return self._node(token.text, token.at, *self._arguments(token, function, items))

    def _arguments(self, token: _Token, function: Function, items: list[Node]) -> list[Node]:
        if token.text in RINGS:
            ring = items[1]
            if ring.kind != "number" or ring.value not in range(1, MOST_RING + 1):
                raise InvalidInputError(
                    "measure {measure}, {field}, character {position}: {function} takes a whole number of rings, 1 to "
                    "{most}, as its second value",
                    **self._at(ring.at),
                    function=token.text,
                    most=MOST_RING,
                )
        first = self._condition(items[0]) if function.first == "condition" else self._number(items[0])
        return [first, *(self._number(item) for item in items[1:])]

    def _close(self, sign: str) -> None:
        token = self._token
        if token.kind == "end":
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: the formula ends where {expected} is needed",
                **self._at(token.at),
                expected=sign,
            )
        if self._takes(sign) is None:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: {expected} is needed, got {given}",
                **self._at(token.at),
                expected=sign,
                given=token.text,
            )

    def _number(self, node: Node) -> Node:
        if node.is_condition:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: a comparison stands where a number is needed; make "
                "it one with where(comparison, 1, 0)",
                **self._at(node.at),
            )
        return node

    def _condition(self, node: Node) -> Node:
        if not node.is_condition:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: a number stands where a comparison is needed, such "
                "as people > 100",
                **self._at(node.at),
            )
        return node

    def _too_deep(self) -> None:
        raise InvalidInputError(
            "measure {measure}, {field}, character {position}: brackets are nested deeper than {most}; split the "
            "formula into several measures",
            **self._at(self._token.at),
            most=MOST_DEPTH,
        )

    def _refuse(self, token: _Token) -> Node:
        if token.kind == "end":
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: the formula ends where a number, a name or ( is "
                "needed",
                **self._at(token.at),
            )
        raise InvalidInputError(
            "measure {measure}, {field}, character {position}: a number, a name or ( is needed, got {given}",
            **self._at(token.at),
            given=token.text,
        )
