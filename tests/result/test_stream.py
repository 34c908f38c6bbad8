"""Results that go to their file while the run goes on: same content, small memory, kill-proof."""

import gc
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import h5py
import numpy as np
import pytest

from mwa_sim import result_grid
from mwa_sim.errors import DataError, InputError
from mwa_sim.result import load_result
from mwa_sim.result_stream import ResultStream
from mwa_sim.simulation import Simulation, simulate
from mwa_sim.stored_frames import StoredFrames
from tests.result.small_plan import small_plan


@pytest.fixture(scope="module")
def plan():
    return small_plan()


@pytest.fixture(scope="module")
def in_memory(plan):
    return simulate(plan)


@pytest.fixture(scope="module")
def streamed(plan, tmp_path_factory):
    return simulate(plan, to=tmp_path_factory.mktemp("run") / "run")


def test_the_file_holds_what_a_run_in_memory_holds(in_memory, streamed):
    assert isinstance(streamed.frames, StoredFrames)
    loaded = load_result(streamed.frames.path)
    for result in (streamed, loaded):
        assert np.array_equal(result.frames_t, in_memory.frames_t)
        assert np.array_equal(np.asarray(result.frames), in_memory.frames)
        for name, values in in_memory.fields.items():
            assert np.array_equal(result.fields[name], values), name
        assert result.status == "done"
        assert result.energy == in_memory.energy
        assert result.events == in_memory.events
        assert np.array_equal(result.traces["near"].reading, in_memory.traces["near"].reading)
    assert os.listdir(streamed.frames.path.parent) == ["run.vtkhdf"]
    assert str(loaded) == str(streamed)


def test_the_layout_is_that_of_a_saved_result(in_memory, streamed, tmp_path):
    def layout(path):
        found = {}
        with h5py.File(path) as file:
            file.visititems(
                lambda name, item: (
                    found.update({name: (item.shape, item.dtype)})
                    if isinstance(item, h5py.Dataset) and item.dtype != object
                    else None
                )
            )
        return found

    assert layout(streamed.frames.path) == layout(in_memory.save(tmp_path / "run"))


@pytest.mark.parametrize(
    "key",
    [0, -1, np.int64(2), slice(None), slice(1, None, 2), [2, 0, 2], np.array([[1, 3], [3, 0]]),
     np.array([1]), (0, 5), (slice(None), 7), ([2, 1], slice(3, 9)), slice(2, 2),
     slice(None, None, -1)],
)  # fmt: skip
def test_stored_frames_are_indexed_like_an_array(in_memory, streamed, key):
    found, expected = streamed.frames[key], in_memory.frames[key]
    assert np.array_equal(found, expected)
    assert np.shape(found) == np.shape(expected)
    assert found.dtype == np.float32


def test_stored_frames_stand_in_for_an_array(in_memory, streamed):
    frames = streamed.frames
    assert np.shape(frames) == in_memory.frames.shape
    assert np.array_equal(np.stack(frames), in_memory.frames)
    assert np.max(frames) == in_memory.frames.max()
    assert np.array_equal(streamed.frame([1.5, 0.3]), in_memory.frame([1.5, 0.3]))
    for wrong in (99, [0, 99]):
        with pytest.raises(IndexError):
            frames[wrong]


def test_a_streamed_result_can_be_saved_elsewhere(streamed, in_memory, tmp_path):
    again = load_result(streamed.save(tmp_path / "copy"))
    assert np.array_equal(again.frames, in_memory.frames)


def test_large_files_are_not_read_at_once(in_memory, tmp_path, monkeypatch):
    path = in_memory.save(tmp_path / "run")
    assert isinstance(load_result(path).frames, np.ndarray)
    monkeypatch.setattr(result_grid, "LOADED", 1000)
    lazy = load_result(path)
    assert isinstance(lazy.frames, StoredFrames)
    assert np.array_equal(lazy.frames[3], in_memory.frames[3])
    path.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        lazy.frames[0]


def test_memory_does_not_grow_with_the_number_of_frames(plan, tmp_path):
    def growth(every):
        run = plan.changed({"solver.save_every": every})
        tracemalloc.start()
        with ResultStream(tmp_path / f"{every}") as stream:
            simulation = Simulation(run, to=stream)
            before = tracemalloc.get_traced_memory()[0]
            count = sum(1 for _ in simulation.steps())
            gc.collect()
            held = tracemalloc.get_traced_memory()[0] - before
            simulation.result()
        tracemalloc.stop()
        return held, count

    few, _ = growth(2.0)
    many, steps = growth(0.05)
    frame = 4 * plan.case.mesh.n_nodes
    assert steps >= 80
    assert many - few < 0.25 * (steps - 2) * frame


def test_a_run_that_is_killed_leaves_its_frames(in_memory, tmp_path):
    code = (
        "import os, sys\n"
        "from tests.result.small_plan import small_plan\n"
        "from mwa_sim.simulation import simulate\n"
        "def observe(state):\n"
        "    if state.time >= 2.2:\n"
        "        os._exit(9) if os.name == 'nt' else os.kill(os.getpid(), 9)\n"
        "simulate(small_plan(), observe, to=sys.argv[1])\n"
    )
    target = tmp_path / "run.vtkhdf"
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)], cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode != 0
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("run.unfinished-")
    assert left.suffix == ".vtkhdf"
    result = load_result(left)
    assert result.status == "interrupted"
    count = len(result.frames_t)
    assert result.frames_t[-1] >= 2.0
    assert np.array_equal(result.frames_t, in_memory.frames_t[:count])
    assert np.array_equal(result.frames, in_memory.frames[:count])
    hottest = np.max(result.frames, axis=0)
    assert np.allclose(result.fields["max_temperature"], hottest, rtol=0.0, atol=1e-3)
    assert "interrupted" in str(result)
    with h5py.File(result.save(tmp_path / "rescued")) as file:
        assert file["VTKHDF/Steps"].attrs["NSteps"] == count


def test_a_run_can_be_watched_from_outside(plan, tmp_path):
    stream = ResultStream(tmp_path / "run")
    run = Simulation(plan, to=stream)
    read = "import sys; from mwa_sim.result import load_result; " + (
        "print(load_result(sys.argv[1]).frames_t.tolist())"
    )
    for state in run.steps():
        if state.time >= 1.2:
            break
    seen = subprocess.run(
        [sys.executable, "-c", read, str(stream.part)], capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() in ("[0.0, 0.5, 1.0]", "[0.0, 0.5, 1.0, 1.5]")
    stream.discard()
    assert list(tmp_path.iterdir()) == []


def test_mistakes_and_failures_leave_nothing(plan, tmp_path):
    (tmp_path / "taken.vtkhdf").write_text("dear")
    with pytest.raises(InputError, match="exists"):
        simulate(plan, to=tmp_path / "taken")
    with pytest.raises(InputError, match="does not exist"):
        simulate(plan, to=tmp_path / "nowhere" / "run")

    def fail(state):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        simulate(plan, fail, to=tmp_path / "run")
    assert os.listdir(tmp_path) == ["taken.vtkhdf"]
    simulate(plan, to=tmp_path / "taken", overwrite=True)
    assert load_result(tmp_path / "taken.vtkhdf").status == "done"


def test_a_complete_file_takes_no_more_frames(plan, tmp_path):
    stream = ResultStream(tmp_path / "run")
    run = Simulation(plan, to=stream)
    next(run.steps())
    assert run.result().status == "interrupted"
    with pytest.raises(InputError, match="complete"):
        list(run.steps())
    with pytest.raises(InputError, match="complete"):
        run.result()


def test_vtk_reads_a_streamed_file(in_memory, streamed):
    vtk = pytest.importorskip("vtkmodules.vtkIOHDF")
    from vtkmodules.util.numpy_support import vtk_to_numpy

    reader = vtk.vtkHDFReader()
    reader.SetFileName(str(streamed.frames.path))
    reader.UpdateInformation()
    assert reader.GetNumberOfSteps() == len(in_memory.frames_t)
    reader.SetStep(3)
    reader.Update()
    values = vtk_to_numpy(reader.GetOutput().GetPointData().GetArray("temperature"))
    assert np.array_equal(values, in_memory.frames[3])
