"""A synthetic but plausible result: a schematic vertebra heated along an oblique antenna."""

from __future__ import annotations

import numpy as np

from mwa_sim.control.event import Event
from mwa_sim.damage.cem43 import cem43_dose
from mwa_sim.mesh.probe import Locator
from mwa_sim.result import Result, Trace
from tests.zone.boxes import box_mesh

REGIONS = {
    1: ("muscle", "muscle"),
    2: ("cortical_bone", "bone_cortical"),
    3: ("cancellous_bone", "bone_cancellous"),
    4: ("tumour", "metastasis_lytic"),
    5: ("csf", "csf"),
    6: ("cord", "spinal_cord"),
}
LANDMARKS = {
    "tumour_centre": np.array([0.002, 0.004, 0.0]),
    "posterior_wall": np.array([-0.0175, 0.0, 0.0]),
    "left_pedicle": np.array([-0.038, 0.022, 0.006]),
}
STOP = 184.0
END = 300.0


def anatomy(x):
    """Region labels of a schematic vertebra: x anterior, y left, z cranial."""
    label = np.ones(len(x), dtype=np.int64)
    disc = np.hypot(x[:, 0] / 0.018, x[:, 1] / 0.024)
    label[(disc < 1.0) & (np.abs(x[:, 2]) < 0.014)] = 2
    label[(disc < 0.9) & (np.abs(x[:, 2]) < 0.0125)] = 3
    arch = (np.abs(np.abs(x[:, 1]) - 0.014) < 0.004) & (x[:, 0] < -0.01) & (x[:, 0] > -0.032)
    label[arch & (np.abs(x[:, 2]) < 0.007)] = 2
    canal = np.hypot(x[:, 0] + 0.0255, x[:, 1])
    label[canal < 0.008] = 5
    label[canal < 0.005] = 6
    tumour = np.linalg.norm((x - LANDMARKS["tumour_centre"]) / [0.009, 0.011, 0.009], axis=1)
    label[tumour < 1.0] = 4
    return label


def synthetic_result(cells: int = 16, *, frame_every: float = 10.0, **changes) -> Result:
    """Result on a box of 80 x 80 x 60 mm with `cells` cubes along its longer sides."""
    mesh = box_mesh(
        (-0.05, -0.04, -0.03), (0.03, 0.04, 0.03), (cells, cells, 3 * cells // 4), anatomy
    )
    tip = LANDMARKS["tumour_centre"] + np.array([0.004, -0.003, 0.0])
    axis = LANDMARKS["left_pedicle"] - tip
    axis = axis / np.linalg.norm(axis)
    local = mesh.nodes - (tip + 0.007 * axis)
    along = local @ axis
    across = np.linalg.norm(local - np.outer(along, axis), axis=1)

    def rise(t):
        """Share of the steady rise reached, and how far the heat has spread."""
        time = np.arange(0.0, t, 1.0)
        on = ((time % 80.0) < 60.0) & (time < STOP)
        level = float(np.sum(on * np.exp(-(t - time) / 45.0)) / 45.0)
        return level, np.sqrt(0.0052**2 + 1.1e-7 * t)

    def temperature(t):
        level, width = rise(t)
        shape = np.exp(-0.5 * (across / width) ** 2 - 0.5 * (along / (1.4 * width)) ** 2)
        return 37.0 + 78.0 * level * shape

    times = np.arange(0.0, END + 1e-9, frame_every)
    frames = np.array([temperature(t) for t in times])
    dose = cem43_dose(times, frames)
    fields = {
        "max_temperature": frames.max(axis=0),
        "cem43": dose,
        "damage": (dose / 300.0) ** 1.1,
        "dead_fraction": 1.0 - np.exp(-dose / 400.0),
    }
    seconds = np.arange(0.0, END + 0.5, 1.0)
    traces = {}
    for name, at, limit in (
        ("posterior_wall", LANDMARKS["posterior_wall"], 42.0),
        ("left_pedicle", np.array([-0.024, 0.0135, 0.004]), None),
    ):
        probe = Locator(mesh).matrix(at[None])
        tissue = np.interp(seconds, times, (probe @ frames.T)[0])
        reading = np.interp(seconds - 0.4, seconds, tissue)
        action = None if limit is None else "stop"
        traces[name] = Trace(
            name, at, seconds, reading, tissue, limit, float(tissue.max()) + 1e-3, action
        )
    events = [Event(0.0, "power_on", "pulse 1 of 3, 40 W", "protocol")]
    for k in (1, 2):
        events += [
            Event(80.0 * k - 20.0, "power_off", f"end of pulse {k}", "protocol"),
            Event(80.0 * k, "power_on", f"pulse {k + 1} of 3, 40 W", "protocol"),
        ]
    cause = "posterior_wall reading 42.1 degC > 42 degC"
    events += [
        Event(STOP, "stop", cause, "posterior_wall"),
        Event(END, "end", "cooldown complete", "protocol"),
    ]
    data = {
        "plan": {"schema": "mwa-sim/plan/1", "case": "schematic", "pulses": [{"power": "40 W"}]},
        "case_name": "schematic vertebra",
        "mesh": mesh,
        "regions": REGIONS,
        "landmarks": LANDMARKS,
        "organs": [
            {
                "name": "cord",
                "region": "cord",
                "landmark": None,
                "max_temperature": 42.0,
                "max_cem43": 10.0,
            },
            {
                "name": "posterior wall",
                "region": None,
                "landmark": "posterior_wall",
                "max_temperature": 45.0,
                "max_cem43": None,
            },
        ],
        "antenna": {"name": "slot-1.6mm", "tip": tip, "axis": axis, "outer_diameter": 0.0016},
        "frames_t": times,
        "frames": frames.astype(np.float32),
        "fields": fields,
        "traces": traces,
        "power_t": np.array([0.0, 60.0, 80.0, 140.0, 160.0, STOP]),
        "power_W": np.array([40.0, 0.0, 40.0, 0.0, 40.0, 0.0]),
        "events": events,
        "energy": {
            "generator_J": 5760.0,
            "tissue_J": 4000.5,
            "stored_J": 3500.0,
            "perfusion_J": 400.0,
            "boundary_J": 100.0,
            "shaft_J": 0.5,
            "metabolic_J": 0.0,
            "balance_error": 2.5e-4,
        },
        "timing": {
            "setup_s": 1.5,
            "antenna_s": 0.5,
            "stepping_s": 2.25,
            "steps": 640,
            "linear_iterations": 0,
        },
        "versions": {"mwa_sim": "0.1.0", "numpy": "2.0"},
        "citations": ["pennes1948", "sapareto1984"],
        "status": "done",
    }
    return Result(**{**data, **changes})
