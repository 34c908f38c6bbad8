"""The energy suite: books that are wrong miss, and the fit finds known limits and orders."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.verification.energy_balance.books import BLOCKS, book_rows, readme_plan
from benchmarks.verification.energy_balance.refinement import (
    UNITS,
    Refinement,
    mesh_of,
    refinement_rows,
)

H = (2.4e-3, 1.7e-3, 1.2e-3, 0.85e-3)


@pytest.fixture(scope="module")
def cooled():
    return BLOCKS["cooled"](3e-3)


def verdicts(books) -> dict[str, str]:
    return {row.quantity.split(": ")[1].split(",")[0]: row.verdict for row in book_rows(books)}


def test_right_books_pass_and_name_every_loss(cooled) -> None:
    found = verdicts(cooled)
    assert set(found.values()) == {"pass"}
    assert "heat to the coolant" in found
    assert "heat to the blood" in found
    assert "heat to the air" not in found
    put_in = cooled.energy["tissue_J"] + cooled.energy["metabolic_J"]
    went = sum(cooled.energy[k] for k in ("stored_J", "perfusion_J", "boundary_J", "shaft_J"))
    assert abs(went / put_in - 1.0) == pytest.approx(cooled.balance_error, rel=1e-6)


@pytest.mark.parametrize(
    ("key", "factor", "row"),
    [
        ("stored_J", 1.0005, "heat stored"),
        ("shaft_J", 1.05, "heat to the coolant"),
        ("perfusion_J", 1.05, "heat to the blood"),
        ("generator_J", 1.00001, "energy at the generator"),
        ("tissue_J", 1.001, "heat into tissue"),
    ],
)
def test_a_wrong_entry_misses(cooled, key, factor, row) -> None:
    wrong = replace(cooled, energy={**cooled.energy, key: factor * cooled.energy[key]})
    found = verdicts(wrong)
    assert found.pop(row) == "miss"
    assert set(found.values()) == {"pass"}


def test_a_residual_of_a_thousandth_misses(cooled) -> None:
    found = verdicts(replace(cooled, balance_error=1e-3))
    assert found["residual of the books over the heat put in"] == "miss"


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
def test_the_fit_finds_order_and_limit(order: float) -> None:
    values = tuple(5.0 - 0.1 * (h / H[0]) ** order for h in H)
    found = Refinement(H, dict.fromkeys(UNITS, values))
    name = next(iter(UNITS))
    assert found.order(name) == pytest.approx(order, abs=0.02)
    limit, slope, _ = found.fit(name, order)
    assert (limit, slope) == pytest.approx((5.0, -0.1))
    volumes = [row for row in refinement_rows(found) if "order" in row.quantity]
    assert {row.verdict for row in volumes} == {"miss" if order < 1.5 else "pass"}


def test_a_mesh_that_is_far_off_misses() -> None:
    values = tuple(5.0 - 0.8 * (h / H[0]) ** 2 for h in H)
    rows = refinement_rows(Refinement(H, dict.fromkeys(UNITS, values)))
    assert [row.verdict for row in rows if "volume, elements" in row.quantity] == ["miss", "miss"]


def test_meshes_grow_in_proportion() -> None:
    coarse, fine = mesh_of(3e-3), mesh_of(1.5e-3)
    assert fine.n_tets > 4 * coarse.n_tets
    for mesh in (coarse, fine):
        assert mesh.volumes.sum() == pytest.approx(np.prod(np.ptp(mesh.nodes, axis=0)), rel=1e-9)


def test_the_plan_of_the_readme_is_the_bundled_one() -> None:
    plan = readme_plan()
    assert plan.case.name == "l2-metastasis"
    assert plan.protocol.pulses[0].power == 40.0
