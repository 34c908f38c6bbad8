"""Content hashes depend on content only; versions come without importing anything."""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from mwa_sim.provenance import content_hash, machine, versions
from mwa_sim.spec import Power, Spec


@dataclass
class Thing:
    x: float
    points: np.ndarray


class Setting(Spec):
    power: Power = 1.0


def test_equal_content_hashes_alike():
    array = np.arange(6.0).reshape(2, 3)
    assert content_hash({"a": 1, "b": [2.0, None]}) == content_hash({"b": (2, None), "a": 1.0})
    assert content_hash(array) == content_hash(np.asfortranarray(array))
    assert content_hash(array) == content_hash(array.astype(np.float32))
    assert content_hash(np.array([0.0])) == content_hash(np.array([-0.0]))
    assert content_hash(np.array([1], np.int32)) == content_hash(np.array([1], np.int64))
    assert content_hash({1, 2}) == content_hash({2, 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 1.0 + 1e-16 + 2.3e-16),
        (["ab", "c"], ["a", "bc"]),
        ([[1], 2], [[1, 2]]),
        ({"a": None}, {}),
        (True, 1),
        ("1", 1),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (Thing(1.0, np.zeros(3)), Thing(1.0, np.ones(3))),
        (Setting(), Setting(power=2)),
    ],
)
def test_different_content_hashes_differ(one, other):
    assert content_hash(one) != content_hash(other)


def test_what_has_no_content_is_refused():
    with pytest.raises(TypeError, match="no content"):
        content_hash(object())
    with pytest.raises(TypeError, match="no content"):
        content_hash(np.array([object()]))


def test_hash_is_the_same_in_another_process():
    code = "from mwa_sim.provenance import content_hash; print(content_hash({'b': 'x', 'a': {3}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == content_hash({"b": "x", "a": {3}})


def test_versions_and_machine():
    import mwa_sim

    found = versions()
    assert found["mwa_sim"] == mwa_sim.__version__
    assert found["numpy"] == np.__version__
    assert set(machine()) == {"system", "processor", "cpus"}
