"""What the README shows is what happens."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_session_runs(tmp_path, monkeypatch, capsys):
    session = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert session is not None
    assert len([line for line in session[1].splitlines() if line.strip()]) <= 22
    monkeypatch.chdir(tmp_path)
    exec(compile(session[1], "README.md", "exec"), {})
    assert (tmp_path / "l2.vtkhdf").stat().st_size > 1_000_000
    assert (tmp_path / "sagittal.png").stat().st_size > 50_000
    assert "posterior_wall" in capsys.readouterr().out


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", TEXT))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("module", re.findall(r"python -m (benchmarks[\w.]+)", TEXT))
def test_benchmarks_it_names_exist(module):
    place = module.replace(".", "/")
    assert (ROOT / f"{place}.py").exists() or (ROOT / place / "__main__.py").exists()
