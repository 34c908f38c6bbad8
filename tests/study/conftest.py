import pytest

import mwa_sim.study.execution as execution
from tests.study.small import small_plan


@pytest.fixture(scope="session")
def plan():
    return small_plan()


@pytest.fixture
def runs(monkeypatch):
    """Plans that were simulated in this process, in their order."""
    seen = []
    simulate = execution.simulate

    def counted(plan, **options):
        seen.append(plan)
        return simulate(plan, **options)

    monkeypatch.setattr(execution, "simulate", counted)
    return seen
