"""The whole chain from plan to temperature against an independent assembly and time integration.

The same physics on the same mesh, assembled by scikit-fem and marched by the implicit trapezoidal
rule with a direct solver: heterogeneous block, perfusion, metabolic heat, cooled shaft, imported
map.
"""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import skfem
from scipy.sparse.linalg import splu
from skfem.helpers import dot, grad

from benchmarks.verification.blocks import cube
from benchmarks.verification.code_to_code import assembly, compare, problem
from mwa_sim.antenna.antenna import Antenna, Cooling
from mwa_sim.antenna.pose import Pose
from mwa_sim.build import build
from mwa_sim.case import Boundary, Case, load_case
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.simulation import simulate
from mwa_sim.tissue import load_tissue
from tests.real_data import real_data

COOLING = Cooling(800.0, 20.0, 0.004, 0.02)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    b = cube(12, 0.024)
    centres = b.nodes[b.tets].mean(axis=1)
    regions = np.where(centres[:, 0] > 0.004, 2, 1)
    tissues = {
        1: load_tissue("muscle").changed(water_fraction=0.0, perfusion_model=None),
        2: load_tissue("bone_cancellous").changed(water_fraction=0.0, perfusion_model=None),
    }
    case = Case.from_mesh(TetMesh(b.nodes, b.tets, regions), tissues, name="block",
                          boundary=Boundary("convection", 30.0, 200.0))  # fmt: skip
    r, z = np.meshgrid(np.arange(0.0, 16.1, 1.0), np.arange(-16.0, 16.1, 1.0), indexing="ij")
    q = 2e5 * np.exp(-(r**2 + z**2) / (2 * 5.0**2))
    file = tmp_path_factory.mktemp("map") / "map.csv"
    table = np.column_stack([r.ravel(), z.ravel(), q.ravel()])
    np.savetxt(file, table, delimiter=",", header="r_mm,z_mm,q_W_per_m3", comments="")
    protocol = Protocol.pulsed(power=15, on=40, off=10, cycles=2, cooldown=20).watching(
        "here", at=[0.005, 0.003, 0.001]
    )
    return Plan(
        case=case,
        antenna=Antenna.from_map(file, cooling=COOLING),
        pose=Pose(tip=np.zeros(3), axis=np.array([1.0, 2.0, 2.0])),
        protocol=protocol,
        solver={"temperature_tolerance": 0.005, "max_step": 0.25, "save_every": 10.0},
    )


def reference(plan):
    """Temperatures [degC] at 0, 10, ... 120 s, nodes in the order of the mesh."""
    mesh, setup = plan.case.mesh, build(plan)
    basis = skfem.Basis(
        skfem.MeshTet(mesh.nodes.T.copy(), mesh.tets.T.copy()), skfem.ElementTetP1()
    )
    tissue = {k: region.tissue for k, region in plan.case.regions.items()}

    def per_element(get):
        return np.array([get(tissue[label]) for label in mesh.regions])[:, None]

    def lumped(get):
        form = skfem.LinearForm(lambda v, w: w.value * v)
        value = np.repeat(per_element(get), basis.dx.shape[1], axis=1)
        return skfem.asm(form, basis, value=value)

    k = per_element(lambda t: t.thermal_conductivity)
    stiffness = skfem.asm(
        skfem.BilinearForm(lambda u, v, w: w.k * dot(grad(u), grad(v))),
        basis,
        k=np.repeat(k, basis.dx.shape[1], axis=1),
    )
    facets = basis.boundary()
    area = skfem.asm(skfem.LinearForm(lambda v, w: 1.0 * v), facets)
    capacity = lumped(lambda t: t.density * t.specific_heat)
    blood = lumped(lambda t: t.perfusion * 1050.0 * 3617.0)
    metabolic = lumped(lambda t: t.density * t.metabolic_heat)
    # The two loads that are the antenna's own business are taken from it and checked elsewhere.
    load = np.asarray(setup.depositions[0].weights.sum(axis=1)).ravel()
    shaft = setup.stepper.model.shaft[setup.place]
    a = stiffness + sp.diags(blood + shaft + 200.0 * area)
    constant = metabolic + 37.0 * blood + 20.0 * shaft + 30.0 * 200.0 * area
    dt = 0.25
    m = sp.diags(capacity / dt)
    solve = splu((m + 0.5 * a).tocsc()).solve
    t = np.full(mesh.n_nodes, 37.0)
    found = [t]
    for n in range(480):
        power = 15.0 if (n * dt) % 50.0 < 40.0 and n * dt < 100.0 else 0.0
        t = solve((m - 0.5 * a) @ t + constant + power * load)
        if (n + 1) % 40 == 0:
            found.append(t)
    return np.array(found)


def test_temperatures_agree_with_an_independent_solver(plan):
    result = simulate(plan)
    expected = reference(plan)
    assert result.frames.shape == expected.shape
    assert expected.max() > 60.0
    assert np.abs(result.frames - expected).max() < 0.02
    assert result.energy["balance_error"] < 1e-4


def test_temperatures_on_a_real_vertebra():
    case = load_case(real_data("cases/l3-mean-shape"))
    places = {**case.landmarks, "cord_anterior": case.landmarks["anterior_cord"]}
    plan = problem.make_plan(
        replace(case, landmarks=places),
        linear=False, power=50.0, on=10.0, off=0.0, cycles=1, rest=5.0,
    )  # fmt: skip
    found = problem.problem_of(plan)
    system = assembly.assemble(found)
    one = compare.ours(found, system, 0.05, 0.2)
    apart = compare.apart(one, compare.theirs(found, system, 0.5), False)
    assert one.frames.max() > 70.0
    assert apart.nodes < 0.05
    assert apart.thermocouples < 0.01
