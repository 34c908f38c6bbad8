"""Scenarios on a Dask cluster: the same numbers, and workers that die cost little."""

import json
import os
import signal
import socket
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

import mwa_sim as mwa
from mwa_sim.errors import InputError, SolverError

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

from distributed import Client, LocalCluster

import mwa_sim.study.dask_cluster as dask_cluster
import mwa_sim.study.dask_crew as dask_crew
import mwa_sim.study.dask_execution as dask_execution
import mwa_sim.study.dask_worker as dask_worker

POWER = "pulses.0.power"
POWERS = [float(power) for power in range(5, 65, 5)]
# A process that compiles the kernels and one that loads them compiled by another may differ in the
# last bit of a product: the compiler may fuse and reorder, and does not always do it alike.
ROUNDING = 1e-9
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def local_cluster():
    return LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
        host="127.0.0.1", silence_logs=50,
    )  # fmt: skip


@pytest.fixture(scope="module")
def cluster():
    with local_cluster() as made:
        yield made


@pytest.fixture
def address(cluster):
    """Of a scheduler with two workers, also after a test that killed some."""
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=30)
    return cluster.scheduler_address


@pytest.fixture(scope="module")
def alone(plan):
    return mwa.sweep(plan, {POWER: POWERS}, measure=["peak(wall)", "volume_ml(temperature>=45)"])


def lines(folder):
    return (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()


def wait_until(holds):
    """What is released is forgotten by another thread or process, a little later."""
    deadline = time.monotonic() + 20.0
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert holds()


def test_a_worker_killed_in_the_middle_costs_no_row_and_none_comes_twice(
    plan, alone, address, tmp_path
):
    def process(result):
        time.sleep(0.1)
        return os.getpid()

    measure = {name: name for name in alone.measures} | {"process": process}
    rows = []

    def observe(row):
        rows.append(row)
        if len(rows) == 3:
            os.kill(int(row["process"]), KILL)

    study = mwa.sweep(
        plan, {POWER: POWERS}, measure=measure, cluster=address, folder=tmp_path, observe=observe
    )
    assert study.status == "done"
    assert study.column("status").tolist() == ["done"] * len(POWERS)
    assert sorted(row.scenario for row in rows) == list(range(len(POWERS)))
    assert len(lines(tmp_path)) == len(POWERS)
    for name in alone.measures:
        np.testing.assert_allclose(study.column(name), alone.column(name), rtol=ROUNDING)
    processes = set(study.column("process"))
    assert os.getpid() not in processes
    assert len(processes) >= 2
    again = mwa.sweep(plan, {POWER: POWERS}, measure=measure, cluster=address, folder=tmp_path)
    assert all(row.kept for row in again)
    assert again.column("process").tolist() == study.column("process").tolist()


def test_the_base_is_sent_once_and_scenarios_are_small(plan, address, monkeypatch):
    from distributed.protocol import dumps

    sent = []
    submit = Client.submit

    def noted(self, function, *arguments, **options):
        sent.append((function, arguments, options["workers"] if function is not bytes else None))
        under_way.append(len(self.futures))
        return submit(self, function, *arguments, **options)

    under_way = []
    monkeypatch.setattr(Client, "submit", noted)
    measure = {
        "unpacked": lambda result: id(sys.modules["mwa_sim.study.dask_worker"]._base[1]),
        "process": lambda result: os.getpid(),
        "threads": lambda result: int(os.environ["MWA_SIM_THREADS"]),
    }
    study = mwa.sweep(plan, {POWER: POWERS[:6]}, measure=measure, cluster=address)
    assert [function for function, *_ in sent].count(bytes) == 1
    assert len(sent) == 7
    for _, arguments, workers in sent[1:]:
        assert len(workers) == 1
        assert sum(map(len, dumps(arguments[1:]))) < 5000
    # The base, and no more scenarios than workers.
    assert max(under_way) <= 1 + 2 + 1
    pairs = {(row["process"], row["unpacked"]) for row in study}
    assert len(pairs) == len({process for process, _ in pairs})
    assert set(study.column("threads")) == {1.0}


def test_a_scenario_that_always_kills_its_worker_fails_and_the_others_go_on(
    plan, address, tmp_path
):
    tries = tmp_path / "tries"

    def dies(result):
        with tries.open("a") as file:
            file.write(f"{result.energy['generator_J']:.0f}\n")
        if 100.0 < result.energy["generator_J"] < 130.0:
            os._exit(9)
        return 1.0

    study = mwa.sweep(plan, {POWER: [10, 20, 30, 40]}, measure={"x": dies}, cluster=address)
    assert study.column("status").tolist() == ["done", "failed", "done", "done"]
    assert "the worker of the cluster ended in the middle, 3 times" in study.rows[1].error
    assert tries.read_text().splitlines().count("120") == dask_execution.ATTEMPTS


def test_a_client_stays_open_and_failures_are_rows(plan, cluster, address):
    with Client(cluster) as client:
        study = mwa.sweep(
            plan, {"pose.shift.left": [0, 0.05]}, measure={"x": "volume_ml"}, cluster=client
        )
        assert client.status == "running"
        wait_until(lambda: not client.futures)
    assert study.column("status").tolist() == ["done", "failed"]
    assert "outside the mesh" in study.rows[1].error


def test_ctrl_c_keeps_the_rows_and_leaves_nothing_on_the_cluster(plan, cluster, address):
    def observe(row):
        raise KeyboardInterrupt

    study = mwa.sweep(
        plan, {POWER: POWERS}, measure=["on_time_s"], cluster=address, observe=observe
    )
    assert study.status == "interrupted"
    assert study.column("status").tolist().count("done") == 1
    wait_until(lambda: not cluster.scheduler.tasks)


def test_results_are_saved_by_the_workers(plan, address, tmp_path):
    study = mwa.sweep(
        plan, {POWER: [10, 20]}, measure=["on_time_s"], cluster=address, folder=tmp_path,
        results=True,
    )  # fmt: skip
    assert {row.key[:16] for row in study} == {file.stem for file in tmp_path.glob("*.vtkhdf")}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("source", "the source of its mwa_sim is not the one here; install the same"),
        ("mwa_sim", "mwa_sim 0.1.0, here 9; install the same versions"),
        ("numba", "start the workers again"),
    ],
)
def test_other_software_on_the_workers_is_refused(plan, address, runs, monkeypatch, name, words):
    monkeypatch.setattr(dask_cluster, "software", lambda: {**dask_worker.software(), name: "9"})
    with pytest.raises(InputError, match=words) as caught:
        mwa.sweep(plan, {POWER: [10, 20]}, measure=["on_time_s"], cluster=address)
    assert len(caught.value.problems) == 2
    assert all(text.startswith("worker tcp://127.0.0.1:") for text in caught.value.problems)


def test_later_workers_with_other_software_get_nothing_to_do(plan, address, cluster, monkeypatch):
    known = {}

    def difference(address, found):
        known.setdefault(address, len(known) >= 2)
        return f"worker {address}: other" if known[address] else None

    monkeypatch.setattr(dask_crew, "difference", difference)
    rows = []

    def observe(row):
        rows.append(row)
        if len(rows) == 1:
            os.kill(int(row["process"]), KILL)
        if len(rows) == 3:
            wait_until(lambda: len(cluster.scheduler.workers) == 2)

    def process(result):
        time.sleep(0.2)
        return os.getpid()

    with pytest.warns(RuntimeWarning, match="not used: worker tcp://.*: other"):
        study = mwa.sweep(
            plan, {POWER: POWERS}, measure={"process": process}, cluster=address, observe=observe
        )
    assert study.column("status").tolist() == ["done"] * len(POWERS)
    assert len(set(study.column("process"))) == 2


def test_a_module_of_ones_own_that_workers_do_not_have(plan, address, tmp_path, monkeypatch):
    (tmp_path / "own_measures.py").write_text("def one(result):\n    return 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    import own_measures

    with pytest.raises(InputError, match=r"No module named 'own_measures'.*must be installed"):
        mwa.sweep(plan, {POWER: [10]}, measure={"x": own_measures.one}, cluster=address)


@pytest.mark.parametrize(
    "given", ["tcp://nowhere", "host", "", 8786, "tcp://host:port", "tcp:/a:1"]
)
def test_an_address_that_is_none(plan, given):
    with pytest.raises(InputError, match="expected the address of a Dask scheduler such as"):
        mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], cluster=given)


def test_mistakes_come_together(plan):
    with pytest.raises(InputError) as caught:
        mwa.sweep(plan, {"puls": [10]}, measure=["on_time_s"], cluster="none.json")
    text = "\n".join(caught.value.problems)
    assert "there is no scheduler file 'none.json'" in text
    assert "did you mean" in text
    with pytest.raises(InputError, match="either workers, of this computer, or a cluster"):
        mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], workers=2, cluster="tcp://a:1")


def test_nobody_answers(plan, monkeypatch):
    monkeypatch.setattr(dask_cluster, "REACH_S", 0.5)
    with pytest.raises(InputError, match="no Dask scheduler answers at tcp://127"):
        mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], cluster="tcp://127.0.0.1:1")


def test_something_else_answers(plan, cluster, address, monkeypatch):
    monkeypatch.setattr(dask_cluster, "REACH_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with pytest.raises(InputError, match="no Dask scheduler answers at"):
            mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], cluster=f"127.0.0.1:{port}")
    worker = next(iter(cluster.scheduler_info["workers"]))
    with pytest.raises(InputError, match="this is a Worker"):
        mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], cluster=worker)


def test_the_file_of_a_scheduler(plan, address, tmp_path):
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"type": "Scheduler", "address": address}))
    study = mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], cluster=file)
    assert study.column("status").tolist() == ["done"]
    file.write_text("{}")
    with pytest.raises(InputError, match="is no file of a Dask scheduler"):
        mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], cluster=str(file))


def test_workers_that_come_later_are_waited_for(plan, address, cluster):
    def grow():
        time.sleep(1.0)
        cluster.scale(2)

    cluster.scale(0)
    with Client(cluster) as client:
        wait_until(lambda: not client.nthreads())
    growing = threading.Thread(target=grow)
    growing.start()
    with pytest.warns(RuntimeWarning, match="it has no workers yet"):
        study = mwa.sweep(plan, {POWER: [10, 20]}, measure=["on_time_s"], cluster=address)
    growing.join()
    assert study.column("status").tolist() == ["done"] * 2


def test_workers_with_several_threads_run_one_scenario_at_a_time(plan):
    class Client:
        loop = SimpleNamespace(add_callback=lambda *_: None)

    crew = dask_crew.Crew(Client(), b"", None)
    crew.look({"tcp://a:1": 1})
    with pytest.warns(RuntimeWarning, match="--nthreads 1"):
        crew.look({"tcp://a:1": 1, "tcp://b:1": 8})
    crew.look({"tcp://b:1": 8})


def test_without_dask_the_extra_is_named(plan, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r'pip install "mwa-sim\[cluster\]"'):
        mwa.sweep(plan, {POWER: [10]}, measure=["on_time_s"], cluster="tcp://127.0.0.1:1")


def test_a_cluster_that_goes_away_leaves_the_rows(plan, alone, tmp_path):
    measure = {"peak": "peak(wall)"}
    with local_cluster() as short_lived:
        ended = SimpleNamespace(rows=0)

        def observe(row):
            ended.rows += 1
            if ended.rows == 3:
                short_lived.close()

        with pytest.raises(SolverError, match=r"the cluster is lost .* goes on from there"):
            mwa.sweep(
                plan, {POWER: POWERS}, measure=measure, folder=tmp_path, observe=observe,
                cluster=short_lived.scheduler_address,
            )  # fmt: skip
    assert 3 <= len(lines(tmp_path)) < len(POWERS)
    rest = mwa.sweep(plan, {POWER: POWERS}, measure=measure, folder=tmp_path)
    assert sum(row.kept for row in rest) == ended.rows
    np.testing.assert_allclose(rest.column("peak"), alone.column("peak(wall)"), rtol=ROUNDING)
