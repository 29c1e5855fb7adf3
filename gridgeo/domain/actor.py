"""Who is asking: every function that reads parties or writes takes an actor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from gridgeo.errors import InvalidInputError

Role = Literal["hq", "planner", "branch_manager", "rm", "helper", "consumer", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)
OF_BRANCHES: tuple[Role, ...] = ("branch_manager", "rm", "helper")
"""Roles that belong to branches: without any they see nothing."""


@dataclass(frozen=True)
class Actor:
    """A person or program with a role.

    branch_ids: the branches inside the actor's scope; None means every branch. staff_id: who the actor is among the
    bank's staff; None where nobody has said it. An auditor reads what head office reads, and changes nothing; a helper
    of a relationship manager sees no money.
    """

    id: str
    role: Role
    branch_ids: frozenset[str] | None = None
    staff_id: str | None = None

    @property
    def only_looks(self) -> bool:
        """Whether the actor may change nothing, not even what is its own."""
        return self.role == "auditor"

    def sees(self, branch_id: str) -> bool:
        """Tell whether the branch lies inside the actor's scope."""
        return self.branch_ids is None or branch_id in self.branch_ids


def local_actor() -> Actor:
    """Return the one actor of embedded mode: head office, every branch."""
    return Actor(id="local", role="hq")


def actor_from_text(text: str) -> Actor:
    """Read ``NAME:ROLE`` or ``NAME:ROLE:BRANCH,BRANCH`` as the command line gives it.

    Raises InvalidInputError when the role is unknown or a part is missing: branch managers, RMs and helpers
    belong to branches.
    """
    name, _, rest = text.partition(":")
    role, _, branches = rest.partition(":")
    for known in ROLES:
        if name and role == known:
            if known in OF_BRANCHES and not branches:
                raise InvalidInputError("role {role} needs its branches: NAME:{role}:BRANCH,BRANCH", role=known)
            scope = frozenset(branches.split(",")) if branches else None
            return Actor(id=name, role=known, branch_ids=scope)
    raise InvalidInputError(
        "actor must be NAME:ROLE with a role out of {roles}, got {given}", roles=", ".join(ROLES), given=text
    )
