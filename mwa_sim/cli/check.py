"""``mwa-sim check``: everything about a plan short of simulating it."""

from __future__ import annotations

from mwa_sim.cli.console import notice_when_slow, out, out_json
from mwa_sim.cli.guard import guarded
from mwa_sim.cli.options import Debug, Json, Overrides, PlanFile, plan_with
from mwa_sim.cli.run import SLOW


@guarded
def check(
    plan: PlanFile,
    overrides: Overrides = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Check a plan and set up its solver, without simulating.

    Prints the mesh and its quality, the regions, where the power of each antenna goes, the planned
    time and energy, and what else to know beforehand.
    """
    with notice_when_slow(SLOW):
        loaded = plan_with(plan, overrides)
        from mwa_sim.build import build
        from mwa_sim.cli.figures import plan_data, plan_text
        from mwa_sim.summary import RESEARCH_NOTE

        setup = build(loaded)
    data = plan_data(loaded, setup)
    if as_json:
        out_json({"schema": "mwa-sim/check/1", "plan": str(plan), **data, "note": RESEARCH_NOTE})
    else:
        out("\n".join([*plan_text(data), "", f"{plan} can be run."]))
