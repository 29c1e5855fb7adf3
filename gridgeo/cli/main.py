"""The command line: reads arguments, opens the store, calls one pipeline function, prints its record."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import typer

from gridgeo import __version__
from gridgeo.cli import (
    access,
    addresses,
    audit,
    audit_log,
    calibration,
    catchments,
    cells,
    db,
    demo,
    denominators,
    exports,
    features,
    gazetteer,
    grid_members,
    grids,
    groups,
    imports,
    inspect,
    jobs,
    location_review,
    parsing,
    score_plots,
    score_validate,
    serve,
    start,
    steps,
    territory,
    user_measures,
    where_next,
)
from gridgeo.cli.common import JsonOption, emit, language
from gridgeo.errors import (
    BusyError,
    ConflictError,
    GridgeoError,
    InfeasibleError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from gridgeo.i18n import Language, error_text, translate

EXIT_CODES: dict[type[GridgeoError], int] = {
    InvalidInputError: 2,
    InfeasibleError: 3,
    ConflictError: 4,
    BusyError: 4,
    NotFoundError: 5,
    NotAllowedError: 5,
}
EXIT_OUR_FAULT = 70
EXAMPLE_MARK = " Example: "

app = typer.Typer(
    name="gridgeo",
    help="Grid mapping and territory planning for bank branches.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    demo,
    denominators,
    groups,
    steps,
    addresses,
    access,
    audit,
    audit_log,
    calibration,
    gazetteer,
    catchments,
    grids,
    grid_members,
    features,
    cells,
    imports,
    start,
    inspect,
    exports,
    jobs,
    location_review,
    parsing,
    score_plots,
    score_validate,
    serve,
    db,
    territory,
    where_next,
    user_measures,
):
    module.register(app)


@app.command("version")
def version(as_json: JsonOption = False) -> None:
    """Print the version of gridgeo.

    Example: gridgeo version --json
    """
    if as_json:
        emit(True, {"version": __version__})
    else:
        typer.echo(__version__)


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return the exit code.

    0 done, 2 bad input, 3 infeasible, 4 conflict or busy, 5 not found or not allowed, 70 our fault.
    """
    tongue = language()
    command = typer.main.get_command(app)
    _translate_help(command, tongue)
    try:
        code = command.main(args=list(arguments), prog_name="gridgeo", standalone_mode=False)
    except GridgeoError as error:
        return _complain(error_text(error, tongue), EXIT_CODES.get(type(error), EXIT_OUR_FAULT), tongue)
    except typer.TyperException as error:
        text = error.format_message() if isinstance(error, typer.BadParameter) else str(error)
        return _complain(text, 2, tongue)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return 0
    except Exception:
        traceback.print_exc()
        return _complain(translate("this is a fault of gridgeo, not of your input", tongue), EXIT_OUR_FAULT, tongue)
    return code if isinstance(code, int) else 0


def _complain(text: str, code: int, tongue: Language) -> int:
    line = " ".join(text.split())
    sys.stderr.write(f"{translate('error', tongue)}: {line}\n")
    return code


def _translate_help(command: object, tongue: Language) -> None:
    """Put every help text of the command and those below it into the language."""
    if tongue == "en":
        return
    for holder in (command, *getattr(command, "params", ())):
        for attribute in ("help", "short_help"):
            text = getattr(holder, attribute, None)
            if text:
                setattr(holder, attribute, _help_text(text, tongue))
    for child in getattr(command, "commands", {}).values():
        _translate_help(child, tongue)


def _help_text(text: str, tongue: Language) -> str:
    """Translate the words of a help text; its example is a command and stays."""
    words, mark, example = " ".join(text.split()).partition(EXAMPLE_MARK)
    return translate(words, tongue) + (f"\n\n{EXAMPLE_MARK.strip()} {example}" if mark else "")


if __name__ == "__main__":
    main()
