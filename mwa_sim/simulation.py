"""Run a plan: build the solver, march it under the controller, collect the result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mwa_sim.build import Setup, build
from mwa_sim.control.controller import Controller
from mwa_sim.control.event import Event
from mwa_sim.control.schedule import TIME_TOLERANCE
from mwa_sim.errors import InputError
from mwa_sim.interrupt import deferred_interrupt
from mwa_sim.plan import Plan
from mwa_sim.preparation import Preparation
from mwa_sim.progress_state import Progress
from mwa_sim.recording import Trace
from mwa_sim.result import Result
from mwa_sim.typing import FloatArray

if TYPE_CHECKING:
    from mwa_sim.result_stream import ResultStream

__all__ = ["Observer", "Progress", "Simulation", "simulate", "steps"]

Observer = Callable[["Progress"], None]


class Simulation:
    """A run in progress: iterate :meth:`steps`, then take :meth:`result`.

    Parameters
    ----------
    plan : Plan
    reuse : Preparation, optional
        What it has in common with other runs is taken from here, and kept here for them.
    to : ResultStream, optional
        Takes the frames as they come, which are then not kept in memory; the first call of
        :meth:`result` completes its file, and nothing can be simulated after it.

    Raises
    ------
    InputError
        Listing everything that keeps the plan from running: points outside the mesh, tissues
        without the properties that the antenna needs.

    Examples
    --------
    >>> run = Simulation(plan)  # doctest: +SKIP
    >>> for progress in run.steps():  # doctest: +SKIP
    ...     print(progress.time, progress.hottest)
    >>> result = run.result()  # doctest: +SKIP
    """

    def __init__(
        self, plan: Plan, reuse: Preparation | None = None, to: ResultStream | None = None
    ) -> None:
        self.plan = plan
        self.setup: Setup = build(plan, reuse)
        self._names = list(self.setup.thermocouples)
        self._controller = Controller(plan.protocol, self._probed(), plan.seed, plan.trains)
        self._frames = [self.temperature().astype(np.float32)]
        self._frame_times = [0.0]
        self._events: list[Event] = []
        self._seconds = 0.0
        self._interrupted = False
        self._to = to
        if to is not None:
            # As it stands if the process is killed.
            to.begin(replace(self._recorded(), status="interrupted"))
            self._frames.clear()

    def temperature(self) -> FloatArray:
        """Present temperature (n_nodes,) [degC] in the order of the nodes of the mesh."""
        return np.asarray(self.setup.stepper.temperature[self.setup.place])

    def _probed(self) -> dict[str, float]:
        values = np.asarray(self.setup.probe @ self.setup.stepper.temperature)
        return {name: float(t) for name, t in zip(self._names, values, strict=True)}

    def _save_frame(self) -> None:
        stepper = self.setup.stepper
        if stepper.time > self._frame_times[-1]:
            frame = self.temperature().astype(np.float32)
            if self._to is None:
                self._frames.append(frame)
            else:
                self._to.append(stepper.time, frame, self._fields())
            self._frame_times.append(stepper.time)

    def _renew_sources(self, powers: tuple[float, ...]) -> None:
        """Let every antenna whose field follows the tissue give its source for the next step."""
        stepper = self.setup.stepper
        for k, (antenna, power) in enumerate(zip(self.setup.antennas, powers, strict=True)):
            if antenna.renew is not None:
                source = antenna.renew(stepper.time, stepper.absorbing(), power)
                if source is not None:
                    stepper.sources[k] = source

    def steps(self) -> Iterator[Progress]:
        """March to the end of the protocol, one accepted time step at a time.

        Every switch of the power, every sample and every saved frame ends a step.
        """
        stepper, controller = self.setup.stepper, self._controller
        every = self.plan.solver.save_every
        planned = self.plan.planned_duration
        while not controller.finished:
            started = time.perf_counter()
            frame = len(self._frame_times) * every
            until = controller.next_instant()
            if frame < until - TIME_TOLERANCE:
                until = frame
            self._renew_sources(controller.powers)
            now = stepper.step(until, controller.powers)
            events = tuple(controller.advance(now, self._probed()))
            self._events += events
            self._seconds += time.perf_counter() - started
            if now >= frame - TIME_TOLERANCE or controller.finished:
                self._save_frame()
            readings = {n: s.reading[-1] for n, s in controller.traces.items() if s.reading}
            yield Progress(
                now,
                max(planned, now),
                controller.power,
                stepper.exposure.hottest,
                readings,
                events,
                stepper.counts.steps,
                self.temperature,
                controller.powers,
            )

    def interrupt(self) -> None:
        """Break the run off where it is; :meth:`result` then holds what was simulated so far."""
        if not self._controller.finished:
            self._events.append(self._controller.interrupt())
            self._interrupted = True
            self._save_frame()

    def result(self) -> Result:
        """Everything recorded so far.

        Returns
        -------
        Result
            With status "done", or "interrupted" when the protocol is not at its end.
        """
        result = self._recorded()
        if self._to is not None:
            summary: dict[str, Any] = {}
            try:
                summary = result.summary()
            finally:  # a number that cannot be worked out must not cost the run
                self._to.finish(result, summary)
        return result

    def _fields(self) -> dict[str, FloatArray]:
        """Fields (n_nodes,) of the result in the order of the mesh, as they are now."""
        exposure, place = self.setup.stepper.exposure, self.setup.place
        return {
            "max_temperature": exposure.highest[place],
            "cem43": exposure.cem43[place],
            "damage": exposure.omega[place],
            "dead_fraction": exposure.dead[place],
        }

    def _recorded(self) -> Result:
        setup, plan = self.setup, self.plan
        stepper, energy = setup.stepper, setup.stepper.energy
        stepper.settle()
        times = np.array([t for t, _ in self._controller.antenna_steps])
        energies = self._controller.antennas_delivered_J
        powers = np.array([each for _, each in self._controller.antenna_steps])
        case = setup.case
        return Result(
            plan=plan.described(),
            case_name=case.name,
            mesh=setup.mesh,
            regions={k: (r.name, r.tissue.name) for k, r in case.regions.items()},
            landmarks=dict(case.landmarks),
            organs=setup.organs,
            antennas=[
                {**one.described(), "generator_J": energy}
                for one, energy in zip(setup.antennas, energies, strict=True)
            ],
            frames_t=np.array(self._frame_times),
            frames=(
                np.stack(self._frames)
                if self._frames or self._to is None
                else self._to.frames(len(self._frame_times), setup.mesh.n_nodes)
            ),
            fields=self._fields(),
            traces=self._traces(),
            power_t=times,
            power_W=np.array([power for _, power in self._controller.power_steps]),
            antenna_power_W=powers.T,
            events=list(self._events),
            energy={
                "generator_J": self._controller.delivered_J,
                "tissue_J": energy.source,
                "stored_J": energy.stored,
                "perfusion_J": energy.perfusion,
                "boundary_J": energy.boundary + energy.outer,
                "shaft_J": energy.shaft,
                "metabolic_J": energy.metabolic,
                "balance_error": energy.balance_error,
            },
            timing={
                "setup_s": setup.seconds,
                "antenna_s": setup.antenna_seconds,
                "stepping_s": self._seconds,
                "steps": stepper.counts.steps,
                "linear_iterations": stepper.counts.products,
            },
            versions=setup.versions,
            citations=setup.citations,
            status="done" if self._controller.finished and not self._interrupted else "interrupted",
        )

    def _traces(self) -> dict[str, Trace]:
        controller = self._controller
        traces = {}
        for name, position in self.setup.thermocouples.items():
            samples = controller.traces[name]
            rules = [r for r in self.plan.protocol.rules if r.thermocouple == name]
            strictest = min(rules, key=lambda rule: rule.above, default=None)
            traces[name] = Trace(
                name=name,
                position=position,
                t=np.array(samples.t),
                reading=np.array(samples.reading),
                tissue=np.array(samples.tissue),
                limit=strictest.above if strictest else None,
                peak_tissue=controller.peaks[name],
                action=strictest.action if strictest else None,
            )
        return traces


def steps(plan: Plan) -> Iterator[Progress]:
    """Run a plan step by step; see :class:`Simulation` to keep the result as well.

    Parameters
    ----------
    plan : Plan

    Yields
    ------
    Progress
    """
    yield from Simulation(plan).steps()


def simulate(
    plan: Plan,
    observe: Observer | None = None,
    reuse: Preparation | None = None,
    to: str | os.PathLike[str] | None = None,
    *,
    overwrite: bool = False,
) -> Result:
    """Run a plan to its end.

    Parameters
    ----------
    plan : Plan
    observe : callable, optional
        Called with a :class:`Progress` after every time step, for example ``mwa.progress()``.
    reuse : Preparation, optional
        Shared by runs that have much in common: what one has prepared the others need not.
    to : path, optional
        Result file to write the frames to as they come, so that memory does not grow with their
        number. Until the run ends the file is called ``NAME.unfinished-PID.vtkhdf``; it stays,
        with the frames so far, if the process is killed, and can be loaded.
    overwrite : bool, optional
        Replace an existing file.

    Returns
    -------
    Result
        With ``status == "interrupted"`` when Ctrl-C broke it off: what was simulated is kept.
        With `to` its frames are read from the file when they are used, see ``frames.path``.

    Raises
    ------
    InputError
        The plan cannot run as it is, or the file cannot be written.
    SolverError
        The time stepping failed.
    """
    if not isinstance(plan, Plan):
        raise InputError(f"simulate() runs a Plan, got {type(plan).__name__}")
    with ExitStack() as files:
        stream = None
        if to is not None:
            from mwa_sim.result_stream import ResultStream  # HDF5 only where a file is written

            stream = files.enter_context(ResultStream(to, overwrite=overwrite))
        interrupted = files.enter_context(deferred_interrupt())
        run = Simulation(plan, reuse, stream)
        if interrupted():
            raise KeyboardInterrupt
        for progress in run.steps():
            if observe is not None:
                observe(progress)
            if interrupted():
                run.interrupt()
                break
        # A key pressed now does not break the file.
        result = run.result()
        if stream is not None and interrupted() and result.status == "done":
            raise KeyboardInterrupt(str(stream.target))
        return result
