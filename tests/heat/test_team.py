import os
import threading

import numpy as np
import pytest

from mwa_sim.errors import InputError
from mwa_sim.heat.sliced import CHUNK
from mwa_sim.heat.team import FEWEST_ROWS, VARIABLE, Team, default_threads

ROWS = CHUNK * (3 * FEWEST_ROWS // CHUNK + 3)


def test_every_row_is_done_once_by_its_thread():
    team = Team(3)
    seen = np.zeros(ROWS, dtype=int)
    workers = {}

    def work(first, last, step):
        seen[first:last] += step
        workers[first] = threading.current_thread()

    for _ in range(50):
        team.run(ROWS, work, 2)
    assert np.all(seen == 100)
    assert [a % CHUNK for a, _ in team.parts(ROWS)] == [0, 0, 0]
    assert len(set(workers.values())) == 3


def test_small_blocks_stay_with_the_caller():
    team = Team(8)
    workers = []
    team.run(CHUNK, lambda first, last: workers.append(threading.current_thread()))
    assert workers == [threading.current_thread()]


def test_an_error_of_a_thread_is_raised_and_the_team_goes_on():
    team = Team(2)

    def fail(first, last):
        if first:
            raise ValueError("row")

    with pytest.raises(ValueError, match="row"):
        team.run(ROWS, fail)
    done = []
    team.run(ROWS, lambda first, last: done.append(first))
    assert sorted(done) == [a for a, _ in team.parts(ROWS)]


def test_threads_end_with_the_team():
    before = set(threading.enumerate())
    team = Team(3)
    team.run(ROWS, lambda first, last: None)
    threads = set(threading.enumerate()) - before
    assert len(threads) == 2
    del team
    for thread in threads:
        thread.join(10.0)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_gets_threads_of_its_own():
    team = Team(2)
    team.run(ROWS, lambda first, last: None)
    child = os.fork()
    if child == 0:
        done = []
        team.run(ROWS, lambda first, last: done.append(first))
        os._exit(0 if len(done) == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_number_of_threads_can_be_set(monkeypatch):
    monkeypatch.setenv(VARIABLE, " 3 ")
    assert default_threads() == 3
    monkeypatch.delenv(VARIABLE)
    assert 1 <= default_threads() <= 4
    for wrong in ("0", "two", "-1", "1.5"):
        monkeypatch.setenv(VARIABLE, wrong)
        with pytest.raises(InputError, match=VARIABLE):
            default_threads()
