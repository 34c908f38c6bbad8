"""The workers of a Dask cluster, what each has in hand, and what is heard of them."""

from __future__ import annotations

import asyncio
import hashlib
import queue
import time
import uuid
import warnings
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.interrupt import deferred_interrupt
from mwa_sim.study.dask_cluster import difference
from mwa_sim.study.dask_worker import introduce, serve
from mwa_sim.study.execution import Task
from mwa_sim.study.pool import ONE_THREAD

LOOK_S = 0.5
"""Wall time [s] between two looks at which workers there are."""
ANSWER_S = 20.0
"""Wall time [s] that the workers there are at the start have to say what they are."""
PATIENCE_S = 600.0
"""Wall time [s] without any worker, once there were some, after which a study ends."""

_POLL = 0.2


@dataclass(frozen=True, eq=False)
class Job:
    """A scenario under way: the task and its future."""

    task: Task
    future: Any


@dataclass(frozen=True, eq=False)
class Lost:
    """Message: the cluster is gone."""

    why: str


@dataclass(frozen=True, eq=False)
class Ended:
    """Message: what a job gave, or the exception that it ended with."""

    job: Job
    found: Any


@dataclass(frozen=True, eq=False)
class Introduced:
    """Message: what a worker said of itself; None if it could not be asked."""

    address: str
    found: Mapping[str, Any] | Exception | None


@dataclass(frozen=True, eq=False)
class Present:
    """Message: which workers there are, and how many threads each has."""

    threads: Mapping[str, int]


class Crew:
    """The workers of a cluster and what each has in hand.

    What happens on the cluster is awaited in the loop of the client, which runs in another thread,
    and comes as messages: nothing here waits for the cluster.

    Parameters
    ----------
    client : distributed.Client
    payload : bytes
        The base, packed.
    results : str or None
        Folder of the results.

    Attributes
    ----------
    jobs : dict of str to Job
        What is under way, by the address of its worker.
    """

    def __init__(self, client: Any, payload: bytes, results: str | None) -> None:
        self._client = client
        self._payload = payload
        self._digest = hashlib.sha256(payload).hexdigest()
        self._results = results
        self._held: Any = None
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._interrupted = self._closed = self._told = False
        self.jobs: dict[str, Job] = {}
        self._idle: dict[str, None] = {}
        self._asked: set[str] = set()
        self._first: set[str] | None = None
        self._refused: set[str] = set()
        self._problems: list[str] = []
        self._started = time.monotonic()
        self._seen = 0.0
        client.loop.add_callback(self._watch)

    def next(self) -> object:
        """The next message, or None after a while; in pieces, as Ctrl-C ends no wait on Windows."""
        if self._interrupted:
            raise KeyboardInterrupt
        with deferred_interrupt() as pressed:
            try:
                message = self._inbox.get(timeout=_POLL)
            except queue.Empty:
                message = None
        # Ctrl-C may come together with a message, and neither is to be lost.
        self._interrupted = pressed()
        return message

    def look(self, threads: Mapping[str, int]) -> list[Task]:
        """Compare the workers there are with those there were; the tasks of those that are gone."""
        present = set(threads)
        if self._first is None:
            self._first = set(present)
            if not present:
                _warn("it has no workers yet; the sweep waits for them")
        if not self._told and max(threads.values(), default=1) > 1:
            self._told = True
            _warn(
                "a worker with several threads runs one scenario at a time; as many processes "
                "with one thread each run more, as by `dask worker --nworkers -1 --nthreads 1`"
            )
        now = time.monotonic()
        if present - self._refused:
            self._seen = now
        elif self._seen and now - self._seen > PATIENCE_S:
            self._inbox.put(Lost(f"no worker for {PATIENCE_S / 60:g} minutes"))
        for address in self._asked - present:
            self._idle.pop(address, None)
        self._first &= present
        self._asked &= present
        lost = [self.jobs.pop(address) for address in list(self.jobs) if address not in present]
        for job in lost:
            job.future.release()
        for address in present - self._asked:
            self._asked.add(address)
            self._client.loop.add_callback(self._introduce, address)
        return [job.task for job in lost]

    def introduced(self, message: Introduced) -> None:
        """Use a worker, or refuse it.

        Raises
        ------
        InputError
            If a worker that was there at the start cannot be used.
        """
        address, found = message.address, message.found
        if address not in self._asked:
            return
        if found is None:
            self._asked.discard(address)  # asked again, if it is still there
            return
        if self._first is not None:
            self._first.discard(address)
        why = difference(address, found)
        if why is None:
            self._idle[address] = None
            return
        self._refused.add(address)
        if self._held is not None:
            _warn(f"not used: {why}")
        else:
            self._problems.append(why)

    def give(self, waiting: deque[Task]) -> None:
        """Give every idle worker a scenario, once all have said what they are.

        Raises
        ------
        InputError
            If some cannot be used.
        """
        if self._first is None:
            return
        if self._first and time.monotonic() - self._started < ANSWER_S:
            return
        if self._problems:
            raise InputError(self._problems)
        while waiting and self._idle:
            address = next(iter(self._idle))
            del self._idle[address]
            task = waiting.popleft()
            job = self.jobs[address] = Job(task, self._submit(address, task))
            self._client.loop.add_callback(self._deliver, job)

    def done(self, job: Job) -> str | None:
        """The worker that had a scenario in hand, idle from now on; None if it has another one."""
        for address, current in self.jobs.items():
            if current is job:
                del self.jobs[address]
                job.future.release()
                self._idle[address] = None
                return address
        return None

    def close(self) -> None:
        """Take back what is under way; a scenario in the middle ends on its worker for nothing."""
        self._closed = True
        for job in self.jobs.values():
            job.future.release()
        if self._held is not None:
            self._held.release()

    def _submit(self, address: str, task: Task) -> Any:
        name = uuid.uuid4().hex
        with warnings.catch_warnings():
            # It is sent once.
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            if self._held is None:
                # A task and no data: if every worker that has it dies, it is made again.
                self._held = self._client.submit(
                    bytes, self._payload, key=f"mwa_sim_base-{name}", pure=False
                )
            return self._client.submit(
                serve,
                self._held,
                self._digest,
                task,
                key=f"mwa_sim_scenario-{name}",
                workers=[address],
                pure=False,
            )

    async def _watch(self) -> None:
        """Tell which workers there are, every now and then."""
        while not self._closed:
            try:
                if self._client.status != "running":
                    self._inbox.put(Lost(f"the client is {self._client.status}"))
                    return
                self._inbox.put(Present(dict(await self._client.nthreads())))
                await asyncio.sleep(LOOK_S)
            except Exception as error:
                self._inbox.put(Lost(f"{type(error).__name__}: {error}"))
                return

    async def _introduce(self, address: str) -> None:
        environment = dict.fromkeys(ONE_THREAD, "1")
        found: Any
        try:
            answers = await self._client.run(
                introduce, environment, self._results, workers=[address], on_error="return"
            )
            found = answers.get(address)
        except Exception as error:
            found = error
        self._inbox.put(Introduced(address, None if isinstance(found, OSError) else found))

    async def _deliver(self, job: Job) -> None:
        found: Any
        try:
            found = await self._client.gather(job.future, asynchronous=True)
        except (Exception, asyncio.CancelledError) as error:
            if self._client.status != "running":
                self._inbox.put(Lost("the connection to its scheduler broke"))
                return
            found = error
        self._inbox.put(Ended(job, found))


def _warn(text: str) -> None:
    warnings.warn(f"cluster: {text}", RuntimeWarning, stacklevel=2)
