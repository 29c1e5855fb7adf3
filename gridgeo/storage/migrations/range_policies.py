"""The condition of policies on branches as revision 0013 made it; 0018 puts another of the same meaning in place.

A range from the first branch of the scope to the last, then the branches one by one.
"""

from __future__ import annotations

SCOPE = "current_setting('gridgeo.scope', true)"
BRANCHES = "nullif(current_setting('gridgeo.branches', true), '')::text[]"
LAST_TEXT = "chr(1114111)"
FIRST = f"(SELECT CASE {SCOPE} WHEN 'all' THEN '' WHEN 'branches' THEN ({BRANCHES})[1] END)"
LAST = (
    f"(SELECT CASE {SCOPE} WHEN 'all' THEN {LAST_TEXT} WHEN 'branches' THEN ({BRANCHES})[cardinality({BRANCHES})] END)"
)
RANGE_IS_ALL = f"(SELECT CASE {SCOPE} WHEN 'all' THEN true WHEN 'branches' THEN cardinality({BRANCHES}) = 1 END)"


def of_branch(column: str, *, nullable: bool = False, shared: bool = False) -> str:
    """Return the condition that a row's branch lies in the scope, as `gridgeo.storage.fence.of_branch` means it."""
    named = f"{column} = ANY ((SELECT {BRANCHES})::text[])"
    within = f"{column} >= {FIRST} AND {column} <= {LAST} AND ({RANGE_IS_ALL} OR {named})"
    if not nullable:
        return within
    without = f"(SELECT {SCOPE} IN ('all', 'branches'))" if shared else f"(SELECT {SCOPE} = 'all')"
    return f"({within}) OR ({column} IS NULL AND {without})"
