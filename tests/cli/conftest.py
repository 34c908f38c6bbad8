import pytest

from tests.cli.block import PLAN, mwa, write_case


@pytest.fixture(scope="session")
def block(tmp_path_factory):
    """Folder that holds the case folder "block"."""
    folder = tmp_path_factory.mktemp("cases")
    write_case(folder)
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def plan(block, here):
    """Writes a plan for the block, with parts of its text replaced, and gives its path."""

    def write(*replaced: tuple[str, str], name: str = "plan.toml", text: str = PLAN):
        text = text.replace('"block"', f"'{block / 'block'}'")
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        path = here / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def finished(block, tmp_path_factory):
    """Result file of the unchanged plan, with what the run printed."""
    folder = tmp_path_factory.mktemp("finished")
    path = folder / "plan.toml"
    path.write_text(PLAN.replace('"block"', f"'{block / 'block'}'"), encoding="utf-8")
    outcome = mwa("run", path, "-o", folder / "done.vtkhdf")
    return folder / "done.vtkhdf", outcome
