"""The solver's dials, in one frozen record that also loads from TOML text."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields, replace

from gridgeo.errors import InvalidInputError


@dataclass(frozen=True)
class Params:
    """Dials of the solver; the defaults are what the benchmarks run with.

    lloyd_rounds: centre moves of the balanced start, price_steps a move. sweeps: annealing sweeps of a start; a sweep
    offers as many moves as there are border nodes. heat_start, heat_end: temperature in mean distances to a centre.
    rho_start, rho_end: weight of the balance penalty, in mean distances times a territory's load. price_rate: share of
    the multiplier step taken a sweep. inner_tolerance: share of the asked tolerance that the prices aim at. perimeter:
    cost of a cut edge in mean distances. rescue_runs: how often a plan that is not within tolerance is melted again
    around a territory that is not. melts: regions a territory melted again for length, of melt_size territories, with
    melt_sweeps from melt_heat. bound_steps: steps of the bound's ascent.
    """

    lloyd_rounds: int = 40
    price_steps: int = 6
    sweeps: int = 3000
    heat_start: float = 2.0
    heat_end: float = 0.004
    rho_start: float = 0.5
    rho_end: float = 60.0
    price_rate: float = 0.4
    inner_tolerance: float = 0.9
    perimeter: float = 0.0005
    rescue_runs: int = 10
    melts: float = 1.0
    melt_size: int = 5
    melt_sweeps: int = 1000
    melt_heat: float = 0.2
    bound_steps: int = 300

    def __post_init__(self) -> None:
        for name in _ABOVE_ZERO:
            if getattr(self, name) == 0:
                raise InvalidInputError("solver dial {name} must be above 0", name=name)
        for dial in fields(self):
            if not getattr(self, dial.name) >= 0:
                raise InvalidInputError(
                    "solver dial {name} must be at least 0, got {given}", name=dial.name, given=getattr(self, dial.name)
                )


_ABOVE_ZERO = ("lloyd_rounds", "price_steps", "sweeps", "heat_start", "heat_end", "rho_start", "rho_end")


def params_from_toml(text: str) -> Params:
    """Read dials from TOML text; those not given keep their default.

    Raises InvalidInputError when the text is not TOML, or a dial is unknown or of the wrong type.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError("solver dials are not TOML: {detail}", detail=str(error)) from error
    known = {dial.name: type(dial.default) for dial in fields(Params)}
    for name, value in given.items():
        if name not in known:
            raise InvalidInputError(
                "solver dial {name} is unknown; known are {known}", name=name, known=", ".join(known)
            )
        if isinstance(value, bool) or not isinstance(value, int if known[name] is int else int | float):
            raise InvalidInputError("solver dial {name} must be a number, got {given}", name=name, given=value)
    return Params(**given)


START_S_PER_SIZE = 0.005
"""CPU seconds of one start of the default sweeps, by the root of nodes times territories: measured from 1,000 nodes and
10 territories (0.0025) to 20,000 and 100 (0.0045), and rounded up."""
FEWEST_SWEEPS = 100


def params_within(max_cpu_s: float, nodes: int, territories: int, params: Params = Params()) -> Params:
    """Return dials with which one start takes about the CPU seconds given; by size alone, so a seed keeps its plan."""
    needed_s = START_S_PER_SIZE * math.sqrt(nodes * territories)
    part = min(1.0, max_cpu_s / needed_s)
    return replace(
        params,
        sweeps=max(FEWEST_SWEEPS, int(params.sweeps * part)),
        melts=params.melts * part,
        rescue_runs=max(1, int(params.rescue_runs * part)),
    )
