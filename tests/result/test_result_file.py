"""Saving and loading: nothing is lost, VTK reads every step, mistakes are said clearly."""

from __future__ import annotations

import json
import os

import h5py
import numpy as np
import pytest

from mwa_sim import result_file
from mwa_sim.errors import DataError, InputError
from mwa_sim.recording import Recording
from mwa_sim.result import Result, load_result
from mwa_sim.result_file import read_summary, result_path
from tests.result.synthetic import synthetic_result


@pytest.fixture(scope="module")
def result():
    return synthetic_result(8, frame_every=30.0)


@pytest.fixture(scope="module")
def saved(result, tmp_path_factory):
    return result.save(tmp_path_factory.mktemp("run") / "run.vtkhdf")


def equal(a, b):
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if hasattr(a, "__dict__"):
        return type(a) is type(b) and equal(vars(a), vars(b))
    return type(a) is type(b) and a == b


def test_round_trip_loses_nothing(result, saved):
    loaded = load_result(saved)
    assert isinstance(loaded, Result)
    for name in Recording.__dataclass_fields__:
        if name == "mesh":
            for part in ("nodes", "tets", "regions"):
                assert equal(getattr(result.mesh, part), getattr(loaded.mesh, part))
        elif name == "fields":
            assert sorted(loaded.fields) == sorted(result.fields)
            assert all(equal(result.fields[k], loaded.fields[k]) for k in result.fields)
        elif name in ("energy", "timing"):
            assert equal(
                dict(sorted(getattr(result, name).items())),
                dict(sorted(getattr(loaded, name).items())),
            )
        else:
            assert equal(getattr(result, name), getattr(loaded, name)), name
    assert loaded.summary() == result.summary()
    assert str(loaded) == str(result)


def test_a_file_from_before_there_were_several_antennas_is_read(result, saved, tmp_path):
    old = tmp_path / "old.vtkhdf"
    old.write_bytes(saved.read_bytes())
    with h5py.File(old, "r+") as file:
        del file["mwa_sim/further_antennas"], file["mwa_sim/power/antenna_W"]
    loaded = load_result(old)
    assert equal(loaded.antennas, result.antennas)
    assert np.array_equal(loaded.antenna_power_W, result.power_W[None])
    assert loaded.summary() == result.summary()


def test_saving_again_gives_the_same_result(saved, tmp_path):
    again = load_result(saved).save(tmp_path / "again.vtkhdf")
    assert again.read_bytes() == saved.read_bytes()


def test_numbers_that_do_not_exist_survive(tmp_path):
    run = synthetic_result(
        4,
        frame_every=150.0,
        energy={"generator_J": 0.0, "balance_error": float("nan")},
        traces={},
        events=[],
        antenna={},
        organs=[],
        landmarks={},
        power_t=np.zeros(0),
        power_W=np.zeros(0),
        status="interrupted",
    )
    loaded = load_result(run.save(tmp_path / "run"))
    assert np.isnan(loaded.energy["balance_error"])
    assert loaded.traces == {}
    assert loaded.status == "interrupted"
    assert loaded.summary()["energy"]["balance_error"] is None


def test_vtk_reads_every_time_step(result, saved):
    hdf = pytest.importorskip("vtkmodules.vtkIOHDF")
    model = pytest.importorskip("vtkmodules.vtkCommonExecutionModel")
    support = pytest.importorskip("vtkmodules.util.numpy_support")
    reader = hdf.vtkHDFReader()
    reader.SetFileName(str(saved))
    reader.UpdateInformation()
    key = model.vtkStreamingDemandDrivenPipeline.TIME_STEPS()
    assert reader.GetOutputInformation(0).Get(key) == pytest.approx(result.frames_t)
    order = [0, len(result.frames_t) - 1, *range(1, len(result.frames_t) - 1)]
    for number in order:
        reader.UpdateTimeStep(result.frames_t[number])
        grid = reader.GetOutput()
        assert grid.GetNumberOfCells() == result.mesh.n_tets
        assert grid.GetCellType(0) == 10

        def points(name, grid=grid):
            return support.vtk_to_numpy(grid.GetPointData().GetArray(name))

        nodes = support.vtk_to_numpy(grid.GetPoints().GetData())
        tets = support.vtk_to_numpy(grid.GetCells().GetConnectivityArray()).reshape(-1, 4)
        np.testing.assert_array_equal(nodes, result.mesh.nodes)
        np.testing.assert_array_equal(tets, result.mesh.tets)
        np.testing.assert_array_equal(points("temperature"), result.frames[number])
        for name, values in result.fields.items():
            np.testing.assert_array_equal(points(name), values)
        region = support.vtk_to_numpy(grid.GetCellData().GetArray("region"))
        np.testing.assert_array_equal(region, result.mesh.regions)


def test_pyvista_opens_the_file(result, saved):
    pyvista = pytest.importorskip("pyvista")
    grid = pyvista.read(saved)
    assert isinstance(grid, pyvista.UnstructuredGrid)
    assert grid.volume == pytest.approx(result.mesh.volumes.sum())


def test_mesh_and_final_fields_are_stored_once(result, saved):
    with h5py.File(saved) as file:
        nodes = result.mesh.n_nodes
        assert file["VTKHDF/Points"].shape == (nodes, 3)
        assert file["VTKHDF/PointData/cem43"].shape == (nodes,)
        assert file["VTKHDF/PointData/temperature"].shape == (nodes * len(result.frames_t),)
        assert file["VTKHDF/PointData/temperature"].dtype == np.float32


def test_texts_are_valid_json(result, saved):
    def refuse(constant):
        raise AssertionError(constant)

    with h5py.File(saved) as file:
        for name in ("plan", "summary", "events", "citations", "versions"):
            json.loads(file["mwa_sim"][name].asstr()[()], parse_constant=refuse)
    assert read_summary(saved) == result.summary()


def test_existing_file_is_kept_unless_asked(result, tmp_path):
    path = result.save(tmp_path / "run.vtkhdf")
    before = path.stat().st_mtime_ns
    with pytest.raises(InputError, match="exists"):
        result.save(path)
    assert path.stat().st_mtime_ns == before
    result.save(path, overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["run.vtkhdf"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_while_writing_is_kept(result, tmp_path, monkeypatch, links):
    target = tmp_path / "run.vtkhdf"
    write_record = result_file.write_record

    def slowly(*arguments):
        write_record(*arguments)
        target.write_text("another run was faster")

    monkeypatch.setattr(result_file, "write_record", slowly)
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: os.stat(tmp_path / "none"))
    with pytest.raises(InputError, match="exists; choose another name"):
        result.save(target)
    assert os.listdir(tmp_path) == ["run.vtkhdf"]
    assert target.read_text() == "another run was faster"
    result.save(target, overwrite=True)
    assert load_result(target).status == "done"


def test_saving_where_files_have_one_name_only(result, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", lambda *_: os.stat(tmp_path / "none"))
    assert load_result(result.save(tmp_path / "run")).status == "done"
    assert os.listdir(tmp_path) == ["run.vtkhdf"]


def test_a_failure_while_writing_leaves_nothing_behind(result, tmp_path, monkeypatch):
    path = result.save(tmp_path / "run.vtkhdf")
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(InputError, match="No space left"):
        result.save(path, overwrite=True)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.vtkhdf"]


def test_places_that_cannot_be_written(result, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        result.save(tmp_path / "nowhere" / "run.vtkhdf")
    with pytest.raises(InputError, match="is a folder"):
        result.save(tmp_path)
    assert result_path(tmp_path / "run").name == "run.vtkhdf"
    assert result_path(tmp_path / "run.1").name == "run.1.vtkhdf"


def test_folder_without_permission(result, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="no permission"):
        result.save(tmp_path / "run.vtkhdf")


def test_missing_foreign_and_damaged_files(saved, tmp_path):
    with pytest.raises(DataError, match="no result file"):
        load_result(tmp_path / "none.vtkhdf")
    with pytest.raises(DataError, match="no result file"):
        read_summary(tmp_path / "none.vtkhdf")
    foreign = tmp_path / "foreign.vtkhdf"
    with h5py.File(foreign, "w") as file:
        file.create_group("VTKHDF")
    for read in (load_result, read_summary):
        with pytest.raises(DataError, match="not a result of mwa_sim"):
            read(foreign)
    text = tmp_path / "text.vtkhdf"
    text.write_text("hello")
    for read in (load_result, read_summary):
        with pytest.raises(DataError, match="damaged or not a result"):
            read(text)
    half = tmp_path / "half.vtkhdf"
    half.write_bytes(saved.read_bytes()[:5000])
    with pytest.raises(DataError, match="damaged"):
        load_result(half)
    lost = tmp_path / "lost.vtkhdf"
    lost.write_bytes(saved.read_bytes())
    with h5py.File(lost, "a") as file:
        del file["VTKHDF/Connectivity"]
    with pytest.raises(DataError, match="Connectivity"):
        load_result(lost)


@pytest.mark.parametrize(
    ("name", "text"),
    [("organs", "3"), ("antenna", "[]"), ("events", '[{"a": 1}]'), ("citations", "{nothing")],
)
def test_texts_of_another_kind_are_damage(saved, tmp_path, name, text):
    path = tmp_path / "odd.vtkhdf"
    path.write_bytes(saved.read_bytes())
    with h5py.File(path, "a") as file:
        del file[f"mwa_sim/{name}"]
        file[f"mwa_sim/{name}"] = text
    with pytest.raises(DataError, match=r"odd\.vtkhdf is damaged"):
        load_result(path)


def test_a_damaged_mesh_is_said_with_the_file(saved, tmp_path):
    path = tmp_path / "odd.vtkhdf"
    path.write_bytes(saved.read_bytes())
    with h5py.File(path, "a") as file:
        file["VTKHDF/Connectivity"][0] = 10**7
    with pytest.raises(DataError, match=r"odd\.vtkhdf is damaged: 1 tetrahedra name nodes"):
        load_result(path)


@pytest.mark.parametrize(
    ("schema", "message"),
    [("mwa-sim/result/2", "later version"), ("mwa-sim/plan/1", "expected schema")],
)
def test_other_schemas_are_refused(saved, tmp_path, schema, message):
    path = tmp_path / "other.vtkhdf"
    path.write_bytes(saved.read_bytes())
    with h5py.File(path, "a") as file:
        file["mwa_sim"].attrs["schema"] = schema
    for read in (load_result, read_summary):
        with pytest.raises(DataError, match=message):
            read(path)
