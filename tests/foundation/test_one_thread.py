"""Linear algebra on one thread, and only for as long as asked."""

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from mwa_sim.antenna.field.maxwell import FieldSolver
from mwa_sim.one_thread import one_thread


def threads():
    return [pool["num_threads"] for pool in ThreadpoolController().info()]


@one_thread
def counted(fail=False):
    if fail:
        raise ValueError("on purpose")
    return threads()


def test_one_thread_inside_and_what_was_set_afterwards():
    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        assert set(counted()) == {1}
        assert threads() == before
        with pytest.raises(ValueError, match="on purpose"):
            counted(fail=True)
        assert threads() == before
    assert np.all(np.array(before) >= 1)


@pytest.mark.parametrize("name", ["solve", "evaluate"])
def test_the_field_solver_keeps_to_one_thread(name):
    assert hasattr(getattr(FieldSolver, name), "__wrapped__")
