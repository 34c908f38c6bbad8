"""The structure of the package: floors, module sizes, docstrings, lazy imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mwa_sim"
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_imports_go_down():
    pytest.importorskip("importlinter")
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True) == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_is_small_and_says_what_it_is_for(module):
    source = module.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 320
    tree = ast.parse(source)
    assert ast.get_docstring(tree)
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
        if public:
            assert ast.get_docstring(node), f"{module.name}: {node.name} has no docstring"
        assert not any(isinstance(n, ast.Assert) for n in ast.walk(node))


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_prints_below_the_command_line(module):
    if "cli" in module.relative_to(PACKAGE).parts:
        pytest.skip("the command line prints")
    calls = [n for n in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
             if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"]  # fmt: skip
    assert calls == []


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {line.split(".")[0] for line in out.stdout.splitlines()}


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"numpy", "scipy", "numba", "vtkmodules", "pyvista", "matplotlib", "meshio", "skfem"}
    assert not heavy & loaded_after("import mwa_sim")


def test_running_a_plan_needs_no_graphics():
    heavy = {"vtkmodules", "pyvista", "matplotlib", "skfem"}
    assert not heavy & loaded_after("import mwa_sim.simulation, mwa_sim.plan_file")
