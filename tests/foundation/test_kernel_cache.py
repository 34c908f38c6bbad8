"""A place for compiled kernels where numba itself would find none."""

import os
import stat
import sys
import tempfile
from pathlib import Path

import pytest

from mwa_sim import kernel_cache


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """Neither the package nor the home folder can be written."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(kernel_cache, "_writable", lambda folder: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setitem(sys.modules, "numba", type("Numba", (), {"config": type("Config", (), {})}))
    return tmp_path


def test_nothing_is_changed_where_numba_finds_a_place(monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(kernel_cache, "_writable", lambda folder: Path(folder).name == "mwa_sim")
    assert kernel_cache.provide() is None
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_a_choice_of_the_user_stands(locked, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    assert kernel_cache.provide() is None
    assert os.environ["NUMBA_CACHE_DIR"] == "mine"


def test_a_private_folder_else(locked, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    folder = Path(kernel_cache.provide())
    assert folder.parent == locked
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder) == sys.modules["numba"].config.CACHE_DIR
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    assert kernel_cache.provide() == str(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_folder_that_others_can_write_is_not_trusted(locked, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    (locked / f"mwa_sim-{os.getuid()}").mkdir()
    (locked / f"mwa_sim-{os.getuid()}").chmod(0o777)
    folder = Path(kernel_cache.provide())
    assert folder.name != f"mwa_sim-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_could_be_made_is_writable(tmp_path):
    assert kernel_cache._writable(str(tmp_path / "new" / "newer"))
    (tmp_path / "file").write_text("")
    assert not kernel_cache._writable(str(tmp_path / "file"))
