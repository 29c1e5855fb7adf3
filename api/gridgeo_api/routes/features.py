"""Industry grids, cohort grids and target groups: kept, changed, counted live; snapshots; the card of an area grid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from gridgeo.i18n import Language, translate
from gridgeo.pipeline.features import choices, cohorts, industry, kept, layers, target_groups
from gridgeo.pipeline.features.kept import FeatureDraft
from gridgeo.pipeline.grids.card import grid_card
from gridgeo_api.deps import ActorKnown, Connected, OnceGiven, RevisionGiven, WritingNow, moment, plain_answer
from gridgeo_api.errors import language_of
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems
from gridgeo_api.paging import Listing, listed, page_of
from gridgeo_api.params import NO_CONTROL, BranchPath, GridPath
from gridgeo_api.schemas import (
    Feature,
    FeatureCells,
    FeatureChange,
    FeatureChoices,
    FeatureCount,
    FeatureGone,
    Features,
    FeaturesAsked,
    FeatureWanted,
    GridCard,
    RuleTried,
    Snapshot,
    Snapshots,
    SnapshotsAsked,
    SnapshotWanted,
)

router = APIRouter(tags=["features"])
READ = problems(401, 403, 404, 422, 503)
WRITE = problems(401, 403, 404, 412, 413, 422, 503)
FeatureId = Annotated[
    str,
    Path(max_length=MAX_TEXT, min_length=1, pattern=NO_CONTROL, description="Id of the grid.", examples=["C-1"]),
]
FEATURES = Listing("features", "id", ("id", "name", "kind"))
SNAPSHOTS = Listing("snapshots", "id", ("id", "as_of", "taken_at", "size"))
BranchAsked = Annotated[
    str,
    Query(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL, description="Branch.", examples=["b1"]),
]
AsOf = Annotated[date | None, Query(description="The day that counts; today without it.", examples=["2026-03-01"])]
Skip = Annotated[int, Query(ge=0, le=100_000_000, description="Entries to leave out at the beginning.", examples=[0])]
PageSize = Annotated[int, Query(ge=1, le=1000, description="The most entries to answer with.", examples=[50])]

COUNTS: dict[str, Callable[..., dict[str, Any]]] = {
    "cohort": lambda connection, actor, subject, day: cohorts.cohort_count(
        connection, actor, subject, moment().date(), as_of=day
    ),
    "target_group": lambda connection, actor, subject, day: target_groups.target_count(
        connection, actor, subject, moment().date(), as_of=day
    ),
    "industry": lambda connection, actor, subject, _: industry.industry_summary(connection, actor, subject),
}
PAGES: dict[str, Callable[..., dict[str, Any]]] = {
    "cohort": lambda connection, actor, subject, day, page: cohorts.cohort_page(
        connection, actor, subject, moment().date(), as_of=day, page=page
    ),
    "target_group": lambda connection, actor, subject, day, page: target_groups.target_page(
        connection, actor, subject, moment().date(), as_of=day, page=page
    ),
    "industry": lambda connection, actor, subject, _, page: industry.top_merchants(
        connection, actor, subject, page=page
    ),
}


@router.get("/features", summary="List industry, cohort and target grids", response_model=Features, responses=READ)
def list_features(actor: ActorKnown, connection: Connected, asked: Annotated[FeaturesAsked, Query()]) -> Response:
    """Grids that are kept, of the actor's branches and of all of them."""
    page = page_of(kept.list_features(connection, actor, asked.kind), FEATURES, asked)
    return plain_answer(listed("features", page))


@router.post("/features", summary="Keep a grid", status_code=201, response_model=Feature, responses=WRITE)
def create_feature(writing: WritingNow, once: OnceGiven, wanted: FeatureWanted) -> Response:
    """Keep a rule as a draft; 412 when the name is taken, so that the same request again makes no second one."""
    draft = FeatureDraft(**wanted.model_dump())

    def body() -> Response:
        made = kept.create_feature(writing.connection, writing.actor, draft, writing.now)
        return plain_answer(made, status=201, etag=f'"{made["revision"]}"')

    return once.answer(writing, body)


@router.post("/features/count", summary="Count what a rule holds", response_model=FeatureCount, responses=WRITE)
def count_rule(actor: ActorKnown, connection: Connected, tried: RuleTried) -> Response:
    """Work a rule out now, without keeping it: counts, the rule in words, the versions it was worked out from."""
    count = COUNTS[tried.kind](connection, actor, tried.rule, tried.as_of)
    return plain_answer({"kind": tried.kind, "count": count})


@router.get("/features/choices", summary="List what a grid can be about", response_model=FeatureChoices, responses=READ)
def list_feature_choices(actor: ActorKnown, connection: Connected) -> Response:
    """Usual rules of industry and cohort grids, each in words of every language, to be kept as they are."""
    return plain_answer(choices.feature_choices(connection, actor))


@router.get("/features/{feature_id}", summary="Read a grid", response_model=Feature, responses=READ)
def read_feature(actor: ActorKnown, connection: Connected, feature_id: FeatureId) -> Response:
    """One grid with its rule, in words as well; a change names the revision given here (ETag, If-Match)."""
    found = kept.read_feature(connection, actor, feature_id)
    return plain_answer(found, etag=f'"{found["revision"]}"')


@router.patch(
    "/features/{feature_id}",
    summary="Change a grid",
    response_model=Feature,
    responses=problems(401, 403, 404, 412, 413, 422, 428, 503),
)
def change_feature(
    writing: WritingNow, feature_id: FeatureId, revision: RevisionGiven, wanted: FeatureChange
) -> Response:
    """Change name, rule, owner or status; what is left out stays as it is."""
    changes = wanted.model_dump(exclude_unset=True)
    changed = kept.update_feature(writing.connection, writing.actor, feature_id, changes, expected_revision=revision)
    return plain_answer(changed, etag=f'"{changed["revision"]}"')


@router.delete("/features/{feature_id}", summary="Take a grid out", response_model=FeatureGone, responses=WRITE)
def remove_feature(writing: WritingNow, feature_id: FeatureId) -> Response:
    """Take a grid out with its snapshots; 412 names the target groups that use it."""
    return plain_answer(kept.remove_feature(writing.connection, writing.actor, feature_id))


@router.get(
    "/features/{feature_id}/count", summary="Count what a grid holds", response_model=FeatureCount, responses=READ
)
def count_feature(actor: ActorKnown, connection: Connected, feature_id: FeatureId, as_of: AsOf = None) -> Response:
    """Work a kept grid out now: a person in several of its parts counts once."""
    kind = str(kept.read_feature(connection, actor, feature_id)["kind"])
    return plain_answer({"kind": kind, "count": COUNTS[kind](connection, actor, feature_id, as_of)})


@router.get(
    "/features/{feature_id}/members", summary="List what a grid holds", response_model=FeatureCount, responses=READ
)
def list_feature_members(
    actor: ActorKnown,
    connection: Connected,
    feature_id: FeatureId,
    as_of: AsOf = None,
    skip: Skip = 0,
    most: PageSize = 50,
) -> Response:
    """One page of the parties that a grid holds now, inside the actor's scope."""
    kind = str(kept.read_feature(connection, actor, feature_id)["kind"])
    return plain_answer({"kind": kind, "count": PAGES[kind](connection, actor, feature_id, as_of, (skip, most))})


@router.get(
    "/features/{feature_id}/cells",
    summary="Read where the members of a grid lie",
    response_model=FeatureCells,
    responses=READ,
)
def read_feature_cells(
    actor: ActorKnown, connection: Connected, feature_id: FeatureId, branch_id: BranchAsked, as_of: AsOf = None
) -> Response:
    """Cells of a branch's catchment that hold members of an industry or cohort grid, as a layer over its area grids."""
    return plain_answer(layers.feature_cells(connection, actor, feature_id, branch_id, moment().date(), as_of=as_of))


@router.get("/features/{feature_id}/snapshots", summary="List snapshots", response_model=Snapshots, responses=READ)
def list_snapshots(
    actor: ActorKnown, connection: Connected, feature_id: FeatureId, asked: Annotated[SnapshotsAsked, Query()]
) -> Response:
    """Days on which it was written down who a cohort held, newest first."""
    return plain_answer(
        listed("snapshots", page_of(cohorts.snapshots(connection, actor, feature_id), SNAPSHOTS, asked))
    )


@router.post(
    "/features/{feature_id}/snapshots",
    summary="Take a snapshot",
    status_code=201,
    response_model=Snapshot,
    responses=WRITE,
)
def take_snapshot(writing: WritingNow, once: OnceGiven, feature_id: FeatureId, wanted: SnapshotWanted) -> Response:
    """Write down who a cohort holds on a day, with the rule and the versions it was worked out from."""

    def body() -> Response:
        taken = cohorts.take_snapshot(writing.connection, writing.actor, feature_id, writing.now, as_of=wanted.as_of)
        return plain_answer(taken, status=201)

    return once.answer(writing, body)


@router.get(
    "/grids/{branch_id}/{grid_id}/card",
    summary="Read the card of an area grid",
    response_model=GridCard,
    responses=READ,
)
def read_grid_card(
    request: Request, actor: ActorKnown, connection: Connected, branch_id: BranchPath, grid_id: GridPath
) -> Response:
    """All that is known of an area grid; a figure that is not known is null beside its reason."""
    card, language = grid_card(connection, actor, branch_id, grid_id, moment().date()), language_of(request)
    return plain_answer({name: _told(figure, language) for name, figure in card.items()})


def _told(figure: Any, language: Language) -> Any:  # noqa: ANN401 - a figure of the card, or what the grid is called
    """Return a figure with its reason in the language."""
    if not isinstance(figure, dict) or not figure.get("reason"):
        return figure
    return figure | {"reason": translate(figure["reason"], language)}
