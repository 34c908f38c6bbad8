"""What the cortical shell does to the temperature behind it: stand-ins against a resolved one."""

from __future__ import annotations

from benchmarks.verification.shell.wall import (
    DEPTHS,
    MM,
    SCENE,
    Outcome,
    Scene,
    layered,
    mesh_of,
    simulated,
)
from mwa_sim.bench.benchmark import Benchmark, Effort, Figure, Findings, Table
from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Row

SAME = 0.1
"""Allowed difference of the effect of the shell [K]: what thermocouples resolve."""
SAME_ZONE = 0.5
"""Allowed difference of its effect on the volume of the zone [percentage points]."""
QUICK = Scene(half=14.0 * MM, distance=6.0 * MM, duration=20.0)
HATCHES = ("", "//", "..", "xx")
RESOLVED = "resolved, 0.4 mm of cortical bone"


def run(effort: Effort) -> Findings:
    """Effects against the same wall of cancellous bone alone, each on its own kind of mesh."""
    scene = QUICK if effort.quick else SCENE
    effort.say("resolved")
    mesh = layered(scene)
    plain = simulated("left out", 0.0, scene, mesh)
    effects = {RESOLVED: _effect(simulated("resolved", 0.0, scene, mesh), plain)}
    for size in (1.2 * MM,) if effort.quick else (1.2 * MM, 0.6 * MM):
        effort.say(f"elements of {1e3 * size:g} mm")
        lattice = mesh_of("mixture", size, scene)
        plain = simulated("left out", size, scene, lattice)
        name = f"mixture, elements of {1e3 * size:g} mm"
        effects[name] = _effect(simulated("mixture", size, scene, lattice), plain)
        if size > MM:
            solid = simulated("solid", size, scene, lattice)
            effects["solid cortical bone, 1.2 mm"] = _effect(solid, plain)
    rows = []
    for name, effect in effects.items():
        if name.startswith("mixture"):
            for place, value in effect.items():
                zone = place == "zone"
                rows.append(
                    Row(f"{name}: effect of the shell, {place}", value,
                        effects[RESOLVED][place], SAME_ZONE if zone else SAME,
                        "%" if zone else "K")
                )  # fmt: skip
    lines = tuple(
        (name, *(f"{effect[place]:+.2f}" for place in (*DEPTHS, "zone")))
        for name, effect in effects.items()
    )
    table = Table(
        f"Effect of the shell, 40 W for {scene.duration:g} s in {1e3 * scene.distance:g} mm",
        ("shell", *(f"{place} [K]" for place in DEPTHS), "zone [%]"),
        lines,
        "Against cancellous bone up to the surface. Taking the 1 to 1.5 mm that a clinical CT "
        "shows for solid bone makes the wall look cooler than it is.",
    )
    return Findings(rows=rows, figures=[picture(effects)], tables=[table])


def _effect(shell: Outcome, plain: Outcome) -> dict[str, float]:
    """Change of the peaks [K] and of the zone [%] by a shell."""
    found = {place: shell.peaks[place] - plain.peaks[place] for place in DEPTHS}
    return {**found, "zone": 100.0 * (shell.zone_ml / plain.zone_ml - 1.0)}


def picture(effects: dict[str, dict[str, float]]) -> Figure:
    """Effect at each place by way of representing the shell."""
    figure = new_picture(6.4, 3.4)
    ax = figure.subplots()
    width = 0.8 / len(effects)
    for k, (name, effect) in enumerate(effects.items()):
        places = [i + (k - 0.5 * (len(effects) - 1)) * width for i in range(len(DEPTHS))]
        look = {"color": COLOURS[k], "hatch": HATCHES[k], "edgecolor": "white", "label": name}
        bars = ax.bar(places, [effect[place] for place in DEPTHS], width, **look)
        if name == RESOLVED:
            ax.errorbar(places, [effect[place] for place in DEPTHS], SAME, fmt="none",
                        color="black", capsize=3)  # fmt: skip
        ax.bar_label(bars, fmt="%+.2f", fontsize=7, padding=1)
    ax.axhline(0.0, color="black", lw=0.8)
    ax.set_xticks(range(len(DEPTHS)), list(DEPTHS))
    ax.margins(y=0.12)
    ax.set_ylabel("effect of the shell [K]")
    ax.legend(fontsize=7)
    return Figure(
        "What the shell does to the peak temperature",
        "Change of the highest temperature by the cortical shell, against cancellous bone up to "
        "the surface. Black: what is allowed around the resolved shell.",
        as_svg(figure),
    )


BENCHMARK = Benchmark(
    name="shell",
    kind="verification",
    title="The thin cortical shell",
    question=(
        "Does a layer of elements of a mixture act like the 0.4 mm of cortical bone that it stands "
        "for?"
    ),
    run=run,
    evidence_for="calculation",
    assumes=(
        "A flat wall, an antenna parallel to it (closed form), 2 mm of epidural fat and "
        "cerebrospinal fluid behind.",
        "The resolved shell is on a mesh of flat boxes with four layers in the shell, the others "
        "on lattices as the cases have them; so effects are compared, not temperatures.",
    ),
    cost=40.0,
)
