"""Writing to streams that misbehave, and waiting with a notice."""

import errno
import io
import sys
import threading

import pytest

from mwa_sim.cli.console import OutputError, notice_when_slow, out, out_json, say, table
from mwa_sim.cli.guard import FAILED, explain
from mwa_sim.cli.targets import free


class Gone(io.StringIO):
    """A pipe whose reader has gone."""

    def flush(self):
        raise BrokenPipeError

    def fileno(self):
        raise OSError


def test_a_reader_that_has_gone_is_no_error(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Gone())
    out("nobody hears")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    say("nobody hears")
    monkeypatch.setattr(sys, "stderr", None)
    say("nobody hears")


def test_a_full_disk_is_said_and_fails(monkeypatch):
    class Full(Gone):
        def flush(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OutputError, match="standard output: no space left on device") as caught:
        out("the result")
    monkeypatch.setattr(sys, "stderr", Full())
    assert explain(caught.value) == FAILED


def test_json_has_no_nan():
    with pytest.raises(ValueError, match="JSON"):
        out_json({"x": float("nan")})


def test_notice_comes_only_when_it_is_slow(capsys):
    with notice_when_slow("soon", 3600.0):
        pass
    said = threading.Event()
    with notice_when_slow("late", 0.0) as timer:
        timer.join(30.0)
        said.set()
    assert capsys.readouterr().err == "late\n"


def test_table_aligns_its_columns():
    assert table([["a", "1"], ["long", "2"]], "") == ["a     1", "long  2"]
    assert table([]) == []


def test_free_name(tmp_path):
    path = tmp_path / "run.vtkhdf"
    assert free(path) == path
    path.touch()
    (tmp_path / "run-2.vtkhdf").touch()
    assert free(path).name == "run-3.vtkhdf"
