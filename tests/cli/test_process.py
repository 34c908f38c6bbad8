"""What only a process of its own can show: signals, pipes, and what is loaded."""

import os
import signal
import subprocess
import sys
import time

import pytest

from mwa_sim.result import load_result

COMMAND = [sys.executable, "-m", "mwa_sim"]


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from mwa_sim.cli.main import app; app(['--help'], standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Commands" in done.stdout
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    heavy = {"numpy", "scipy", "numba", "vtkmodules", "vtk", "pyvista", "matplotlib", "meshio"}
    assert not loaded & (heavy | {"h5py", "skfem", "pydantic"})
    assert sum(name.startswith("mwa_sim") for name in done.stderr.split()) < 26


def test_no_terminal_no_input_and_nobody_reading(plan, here):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*COMMAND, "run", str(plan()), "--set", "pulses.0.on=1 s"],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    finally:
        os.close(writing)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert "\x1b" not in done.stderr
    assert (here / "plan.vtkhdf").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_saves_what_was_simulated(plan, here):
    path = plan(('on = "10 s"', 'on = "10 h"'), ('above = "70 degC"', 'above = "300 degC"'))
    with subprocess.Popen(
        [*COMMAND, "run", str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "power on" in line:
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    assert "Traceback" not in err
    assert "interrupted at" in err
    assert "interrupted at" in out
    result = load_result(here / "plan.vtkhdf")
    assert result.status == "interrupted"
    assert 0.0 < result.frames_t[-1] < 36000.0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("delay", [0.2, 0.7, 1.1])
def test_ctrl_c_at_any_moment_ends_the_run(plan, here, delay):
    path = plan(('on = "10 s"', 'on = "10 h"'), ('above = "70 degC"', 'above = "300 degC"'))
    code = (
        "import os, signal, sys, threading; from mwa_sim.cli.main import main; "
        "press = lambda: os.kill(os.getpid(), signal.SIGINT); "
        f"timer = threading.Timer({delay}, press); timer.start(); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", str(path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert "interrupted" in done.stderr
    assert "Traceback" not in done.stderr
    assert "fault" not in done.stderr
    saved = [file.name for file in here.glob("*.vtkhdf")]
    assert saved == ([] if "nothing was saved" in done.stderr else ["plan.vtkhdf"])
