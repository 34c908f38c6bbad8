"""Every parameter set names a reference that exists."""

import re
from importlib.resources import files

import pytest

from mwa_sim.damage.parameters import ARRHENIUS_SETS, THREE_STATE


@pytest.mark.parametrize(
    "source", [*(p.source for p in ARRHENIUS_SETS.values()), THREE_STATE.source]
)
def test_source_is_in_the_bibliography(source: str) -> None:
    text = files("mwa_sim").joinpath("data", "references.bib").read_text(encoding="utf-8")
    assert source in re.findall(r"^@\w+\{([^,]+),", text, flags=re.MULTILINE)
