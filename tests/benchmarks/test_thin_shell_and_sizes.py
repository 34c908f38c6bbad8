"""Parts of the benchmarks of the shell, of element sizes and of the coupled model."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.verification.coupled.reference import History
from benchmarks.verification.coupled.suite import compared
from benchmarks.verification.mesh_size import block, suite
from benchmarks.verification.shell import wall
from benchmarks.verification.shell.suite import QUICK, SAME, _effect


def test_a_resolved_shell_has_its_thickness_and_fills_the_cube():
    mesh = wall.layered(QUICK)
    area = (2.0 * QUICK.half) ** 2
    assert mesh.volumes.min() > 0.0
    assert mesh.volumes.sum() == pytest.approx(8.0 * QUICK.half**3)
    assert mesh.region_volume(wall.CORTEX) == pytest.approx(wall.SHELL * area)
    assert mesh.region_volume(wall.FAT) == pytest.approx(2.0 * wall.MM * area)


def test_a_thick_solid_shell_does_not_pass():
    # Three times as much cortical bone on the resolved mesh is not what the thin shell does.
    scene = replace(QUICK, duration=15.0)
    thin = wall.layered(scene)
    x = thin.nodes[thin.tets, 0].mean(axis=1)
    thick = replace(thin, regions=np.where((x < 0.0) & (x > -3.0 * wall.SHELL), wall.CORTEX,
                                           thin.regions))  # fmt: skip
    plain = wall.simulated("left out", 0.0, scene, thin)
    effects = [_effect(wall.simulated("resolved", 0.0, scene, m), plain) for m in (thin, thick)]
    assert effects[0]["wall"] < 0.0
    assert effects[1]["wall"] < effects[0]["wall"] - SAME


def test_refinement_keeps_the_regions():
    mesh = block.mesh_of(8.0)
    finer = block.refined(mesh)
    assert finer.n_tets == 8 * mesh.n_tets
    assert finer.volumes.min() > 0.0
    for label in (block.TUMOUR, block.BONE, block.FAT):
        assert finer.region_volume(label) == pytest.approx(mesh.region_volume(label))


def test_the_order_of_a_power_is_found():
    assert suite.order([5.0 + 3.0 * h**1.7 for h in (8.0, 4.0, 2.0, 1.0)]) == pytest.approx(1.7)


def test_the_default_sizes_can_miss():
    found = [
        {"line": {"zone": 20.0 * (1.0 - e * f**2), "wall": 50.0 - 10.0 * e * f**2, "cord": 40.0}}
        for f in suite.VERTEBRA
        for e in (0.04,)
    ]
    verdicts = {row.quantity.split(":")[1].split()[0]: row.verdict
                for row in suite.vertebra_rows(found)}  # fmt: skip
    assert verdicts == {"zone": "miss", "posterior": "miss", "front": "pass"}


def history(rise, share):
    return History(
        solved=[0.0, 10.0], s11_dB=[-16.0, -15.0], absorbed=[0.97, share], heat=[30.0, 29.0],
        energy=300.0, temperatures={10.0: {r: 37.0 + rise * 3e-3 / r for r in (3e-3, 5e-3, 10e-3)}},
        volumes={10.0: {50.0: 2e-6, 94.0: 1e-9}},
    )  # fmt: skip


def test_rows_of_the_coupled_model():
    same = compared("bone", history(20.0, 0.90), history(20.0, 0.90))
    assert all(row.passed for row in same)
    assert not any("94" in row.quantity for row in same)  # too few cells
    warmer = compared("bone", history(20.0, 0.90), history(21.0, 0.88))
    missed = [row.quantity for row in warmer if not row.passed]
    assert "bone: 3 mm from the axis after 10 s" in missed
    assert any("absorbed share" in name for name in missed)
