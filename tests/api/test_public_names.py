"""The package as Python users meet it."""

import subprocess
import sys
import types

import pytest

import mwa_sim as mwa

NAMES = {
    "load_case", "list_cases", "Case", "Antenna", "list_antennas", "Pose", "Protocol", "Pulse",
    "Thermocouple", "Rule", "Plan", "load_plan", "Simulation", "simulate", "steps", "progress",
    "Result", "load_result", "plot", "load_tissue", "list_tissues", "MwaError", "InputError",
    "DataError", "MeshError", "SolverError", "__version__", "antenna_in_tissue",
    "make_case", "ways_in", "two_ways_in", "check_pose", "snap_pose", "sweep",
    "between", "Study",
}  # fmt: skip


def test_the_public_names_are_these():
    assert set(mwa.__all__) == NAMES
    assert set(dir(mwa)) >= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_public_name_exists_and_is_documented(name):
    value = getattr(mwa, name)
    assert name == "__version__" or value.__doc__
    assert getattr(mwa, name) is value


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'optimise'"):
        _ = mwa.optimise


def test_progress_stays_a_function_once_its_module_is_loaded():
    import mwa_sim.observe

    assert isinstance(mwa_sim.observe, types.ModuleType)
    assert callable(mwa.progress)
    assert callable(mwa.plot.slice)


def test_importing_and_describing_a_protocol_loads_nothing_heavy():
    code = (
        "import sys, mwa_sim as mwa; n = len(sys.modules); "
        "mwa.Protocol.pulsed(power=40, on=60); mwa.list_antennas(); "
        "heavy = {'numba', 'vtkmodules', 'pyvista', 'matplotlib', 'meshio', 'skfem', 'h5py'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules); print(n)"
    )
    bare = "import sys; print(len(sys.modules))"
    first, second = (
        int(subprocess.run([sys.executable, "-c", c], capture_output=True, check=True).stdout)
        for c in (code, bare)
    )
    # Little more than importlib and typing, which any module with annotations needs.
    assert first - second < 40
