"""The steps of the job as commands, singly and all together."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gridgeo.cli.common import (
    MAX_SEED,
    ActorOption,
    JsonOption,
    Session,
    StoreOption,
    emit,
    now,
    progress_bar,
    require_feasible,
    session,
)
from gridgeo.cli.demo import STEPS as STEP_WORDS
from gridgeo.cli.groups import LOCATE, SCORE, TERRITORY
from gridgeo.cli.provider_options import (
    ProviderDatumOption,
    ProviderOption,
    ProviderRateOption,
    ProviderTimeoutOption,
    ProviderUrlOption,
    provider_from,
)
from gridgeo.cli.resolutions import BranchResolutionOption, branch_resolutions
from gridgeo.cli.tables import summary_table
from gridgeo.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from gridgeo.pipeline.changed import Since
    from gridgeo.pipeline.run import Asked, RunReport
    from gridgeo.pipeline.steps import Progress, RunParams
    from gridgeo.sources.providers import Provider

ResolutionOption = Annotated[int, typer.Option(help="H3 resolution, 7 to 11; 9 is about 0.1 km2 a cell.")]
MethodOption = Annotated[
    str,
    typer.Option(
        "--catchments", help="How catchments are drawn: drive_time, straight_line, municipality, or as_drawn before."
    ),
]
ToleranceOption = Annotated[float, typer.Option(help="Largest deviation from the target, as a share.")]
ThresholdOption = Annotated[int, typer.Option(help="Least count, besides 0, that consumers are shown; never under 3.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(help="Day, YYYY-MM-DD, that contacts and stages count back from; the newest of the bank's figures."),
]
LifecycleOption = Annotated[
    Path | None, typer.Option(help="Rule of life-cycle stages, a TOML file; kept for later scores too.")
]
ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        help="Model of potential: glm, or auto: boosted trees too, taken where they forecast left-out areas better.",
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        metavar="PUBLICATION|DAY|last",
        help="Do again only what a change since this publication concerns: its number, a day, or last.",
    ),
]
OPTION_OF = {"branch_resolutions": "branch_resolution", "potential": "model"}
"""Parameter of a run -> option, where it has another name."""
SeedOption = Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Seed of the territory solver.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("run")(run)
    LOCATE.command("parties")(locate)
    SCORE.command("refresh")(score)
    TERRITORY.command("assign")(assign)
    app.command("publish")(publish)


def run(  # noqa: PLR0913 - the options are the command's interface
    context: typer.Context,
    resolution: ResolutionOption = 9,
    method: MethodOption = "drive_time",
    tolerance: ToleranceOption = 0.05,
    seed: SeedOption = 1,
    branch_resolution: BranchResolutionOption = None,
    threshold: ThresholdOption = 10,
    as_of: AsOfOption = None,
    model: ModelOption = "glm",
    changed_since: SinceOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Run catchments, locate, score, assign and publish; takes up a run that was killed.

    With --changed-since only the steps that a change since then concerns are done again, with the parameters of that
    publication where no others are given; the answer is that of a whole run.

    Example: gridgeo run --resolution 9 --catchments drive_time
    """
    from gridgeo.pipeline.steps import run_params
    from gridgeo.pipeline.summary import summary
    from gridgeo.storage import reading

    words = {kind: text for kind, text in STEP_WORDS.items() if kind not in ("read", "bank")}
    finer = branch_resolutions(branch_resolution)
    asked = {
        "resolution": resolution,
        "method": method,
        "tolerance": tolerance,
        "seed": seed,
        "branch_resolutions": finer,
        "threshold": threshold,
        "as_of": as_of,
        "potential": model,
    }
    given = {name for name in asked if _is_given(context, OPTION_OF.get(name, name))}
    chosen = {name: value for name, value in asked.items() if name in given}
    with session(store, as_json, actor) as opened, progress_bar(words) as progress:
        compared = None if changed_since is None else _compared(opened, changed_since, chosen)
        since = None if changed_since is None else (changed_since, chosen, compared)
        if compared is None or not _is_live(opened, compared):
            report = _run_as_job(opened, run_params(**asked), progress, since)
            body = _told(report, report.since)
        else:
            body = _told(None, compared)
        with reading(opened.engine) as connection:
            body = summary(connection, opened.actor) | body
        emit(as_json, body, summary_table(body, opened.language))
    require_feasible(body["territories"]["branches"])


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _compared(opened: Session, asked: str, chosen: dict[str, Any]) -> Since:
    from gridgeo.pipeline.changed import changed_since, state_now
    from gridgeo.storage import reading

    with reading(opened.engine) as connection:
        return changed_since(connection, asked, chosen, state_now(connection), now().date())


def _is_live(opened: Session, compared: Since) -> bool:
    """Tell whether what is live is what a run would give."""
    from gridgeo.storage import live, reading

    with reading(opened.engine) as connection:
        return compared.nothing and live(connection, "publication").id == compared.publication


def _told(report: RunReport | None, since: Since | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "run": None if report is None else report.run_id,
        "resumed": [] if report is None else list(report.resumed),
        "seconds": {} if report is None else report.seconds,
    }
    if since is not None:
        compared = {"publication": since.publication, "changed": list(since.changed)}
        told["since"] = compared | {"taken_over": list(since.reusable), "nothing_to_do": report is None}
    return told


def _run_as_job(opened: Session, params: RunParams, progress: Progress, since: Asked | None = None) -> RunReport:
    """Run every step as a job that others can watch and cancel; it is done when the run is published."""
    from gridgeo.jobs import here
    from gridgeo.pipeline.run import STEPS as RUN_STEPS
    from gridgeo.pipeline.run import run as run_all
    from gridgeo.storage.jobs import NewJob

    kinds = list(RUN_STEPS)
    with here(opened.engine, opened.actor, NewJob("run", params.as_dict()), now) as job:

        def step(kind: str) -> None:
            progress(kind)
            job.progress(kind, kinds.index(kind) / len(kinds))

        return run_all(opened.engine, opened.actor, params, now, step, job.finish, since)


def locate(  # noqa: PLR0913 - the options are the command's interface
    provider: ProviderOption = None,
    provider_url: ProviderUrlOption = None,
    provider_timeout: ProviderTimeoutOption = 5.0,
    provider_rate: ProviderRateOption = 10.0,
    provider_datum: ProviderDatumOption = "wgs84",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Locate customers and merchants in the cells of the newest catchments.

    Example: gridgeo locate parties --json
    """
    named = provider_from(provider, provider_url, provider_timeout, provider_rate, provider_datum)
    if named is None:
        _step("location", store, as_json, actor)
        return
    with session(store, as_json, actor) as opened:
        asked = ask_for_parties(opened, named)
        with opened.engine.begin() as connection:
            from gridgeo.pipeline.run import run_one

            result = run_one(connection, opened.actor, "location", {"provider": named.label}, now())
        emit(as_json, {"version": result.version_id} | result.report | {"provider": asked})


def ask_for_parties(opened: Session, provider: Provider) -> dict[str, Any]:
    """Ask a provider for the addresses that have no place and were not asked before; keep what it says."""
    from gridgeo.pipeline.provided import keep_asked, texts_not_kept
    from gridgeo.pipeline.run import addresses_to_ask
    from gridgeo.sources.providers import ask_provider
    from gridgeo.storage import reading

    with reading(opened.engine) as connection:
        wanted = addresses_to_ask(connection, opened.actor)
        texts = texts_not_kept(connection, provider, wanted)
    # Outside of any transaction: it may take minutes.
    asked = ask_provider(texts, provider)
    with opened.engine.begin() as connection:
        counts = keep_asked(connection, opened.actor, provider, asked, now())
    return {"label": provider.label, "wanted": len(wanted), "kept": len(wanted) - len(texts), **counts}


def score(  # noqa: PLR0913 - the options are the command's interface
    as_of: AsOfOption = None,
    lifecycle: LifecycleOption = None,
    model: ModelOption = "glm",
    branch: Annotated[
        str | None, typer.Option(help="Only this branch, again, with the model of the newest scores.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Score every cell of the newest catchments and locations, or one branch again from the stored model.

    Example: gridgeo score refresh --as-of 2026-06-30 --lifecycle stages.toml --json
    """
    if branch is not None:
        _score_branch(
            branch,
            {"--as-of": as_of, "--lifecycle": lifecycle, "--model": None if model == "glm" else model},
            store,
            as_json,
            actor,
        )
        return
    rule = None if lifecycle is None else toml_of(lifecycle)
    _step("score", store, as_json, actor, as_of=as_of, lifecycle=rule, potential=model)


def _score_branch(branch: str, for_all: dict[str, object], store: str | None, as_json: bool, actor: str | None) -> None:
    """Score one branch again; for_all: options that are settled for all branches at once."""
    for name, given in for_all.items():
        if given is not None:
            raise InvalidInputError(
                "{option} and --branch do not go together: it is settled for all branches at once", option=name
            )
    from gridgeo.pipeline.rescore import rescore_branch

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            result = rescore_branch(connection, opened.actor, branch, now())
        emit(as_json, {"version": result.version_id} | result.report)


def assign(
    tolerance: ToleranceOption = 0.05,
    seed: SeedOption = 1,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Assign the cells of each branch to its relationship managers.

    Example: gridgeo territory assign --tolerance 0.05
    """
    _step("plan", store, as_json, actor, tolerance=tolerance, seed=seed)


def publish(
    threshold: ThresholdOption = 10, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Make the newest matching versions live, and settle what consumers are shown of them.

    Example: gridgeo publish --threshold 10
    """
    _step("publication", store, as_json, actor, threshold=threshold)


Kind = Literal["location", "score", "plan", "publication"]


def _step(kind: Kind, store: str | None, as_json: bool, actor: str | None, **chosen: Any) -> None:  # noqa: ANN401
    from gridgeo.pipeline.run import run_one

    with session(store, as_json, actor) as opened, progress_bar({kind: STEP_WORDS[kind]}) as progress:
        progress(kind)
        with opened.engine.begin() as connection:
            result = run_one(connection, opened.actor, kind, chosen, now())
        emit(as_json, {"version": result.version_id} | result.report)
    if kind == "plan":
        require_feasible(result.report["branches"])


def toml_of(path: Path) -> dict[str, Any]:
    """Read a rule out of a TOML file; what it says is for the pipeline to check.

    Raises NotFoundError when there is no such file, InvalidInputError when it is no TOML.
    """
    if not path.is_file():
        raise NotFoundError("there is no file {path}", path=path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError("{path} is not a TOML file: {detail}", path=path, detail=str(error)) from error
