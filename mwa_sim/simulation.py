"""Run a plan: build the solver, march it under the controller, collect the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mwa_sim.build import Setup, build
from mwa_sim.control.controller import Controller
from mwa_sim.control.event import Event
from mwa_sim.control.schedule import TIME_TOLERANCE
from mwa_sim.errors import InputError
from mwa_sim.interrupt import deferred_interrupt
from mwa_sim.plan import Plan
from mwa_sim.preparation import Preparation
from mwa_sim.recording import Trace
from mwa_sim.result import Result
from mwa_sim.typing import FloatArray

Observer = Callable[["Progress"], None]


@dataclass(frozen=True)
class Progress:
    """State of a run after a step.

    Attributes
    ----------
    time : float [s]
        Simulated time.
    planned : float [s]
        Time at which the run ends if no rule changes it.
    power : float [W]
        At the generator, from now on; of all antennas.
    hottest : float [degC]
    readings : dict of str to float [degC]
        Latest reading of each thermocouple.
    events : tuple of Event
        Events of this step.
    steps : int
        Time steps so far.
    powers : tuple of float [W]
        The power of each antenna.
    """

    time: float
    planned: float
    power: float
    hottest: float
    readings: dict[str, float]
    events: tuple[Event, ...]
    steps: int
    _field: Callable[[], FloatArray]
    powers: tuple[float, ...] = ()

    @property
    def temperature(self) -> FloatArray:
        """Temperature (n_nodes,) [degC] of the nodes of the mesh after the latest step."""
        return self._field()


class Simulation:
    """A run in progress: iterate :meth:`steps`, then take :meth:`result`.

    Parameters
    ----------
    plan : Plan
    reuse : Preparation, optional
        What it has in common with other runs is taken from here, and kept here for them.

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

    def __init__(self, plan: Plan, reuse: Preparation | None = None) -> None:
        self.plan = plan
        self.setup: Setup = build(plan, reuse)
        names = list(self.setup.thermocouples)
        self._names = names
        self._controller = Controller(plan.protocol, self._probed(), plan.seed, plan.trains)
        self._frames = [self.temperature().astype(np.float32)]
        self._frame_times = [0.0]
        self._events: list[Event] = []
        self._seconds = 0.0
        self._interrupted = False

    def temperature(self) -> FloatArray:
        """Present temperature (n_nodes,) [degC] in the order of the nodes of the mesh."""
        return np.asarray(self.setup.stepper.temperature[self.setup.place])

    def _probed(self) -> dict[str, float]:
        values = np.asarray(self.setup.probe @ self.setup.stepper.temperature)
        return {name: float(t) for name, t in zip(self._names, values, strict=True)}

    def _save_frame(self) -> None:
        stepper = self.setup.stepper
        if stepper.time > self._frame_times[-1]:
            self._frames.append(self.temperature().astype(np.float32))
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
            if now >= frame - TIME_TOLERANCE or controller.finished:
                self._save_frame()
            self._seconds += time.perf_counter() - started
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
        setup, plan, place = self.setup, self.plan, self.setup.place
        stepper, exposure, energy = setup.stepper, setup.stepper.settle(), setup.stepper.energy
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
            frames=np.stack(self._frames),
            fields={
                "max_temperature": exposure.highest[place],
                "cem43": exposure.cem43[place],
                "damage": exposure.omega[place],
                "dead_fraction": exposure.dead[place],
            },
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
    plan: Plan, observe: Observer | None = None, reuse: Preparation | None = None
) -> Result:
    """Run a plan to its end.

    Parameters
    ----------
    plan : Plan
    observe : callable, optional
        Called with a :class:`Progress` after every time step, for example ``mwa.progress()``.
    reuse : Preparation, optional
        Shared by runs that have much in common: what one has prepared the others need not.

    Returns
    -------
    Result
        With ``status == "interrupted"`` when Ctrl-C broke it off: what was simulated is kept.

    Raises
    ------
    InputError
        The plan cannot run as it is.
    SolverError
        The time stepping failed.
    """
    if not isinstance(plan, Plan):
        raise InputError(f"simulate() runs a Plan, got {type(plan).__name__}")
    run = Simulation(plan, reuse)
    with deferred_interrupt() as interrupted:
        for progress in run.steps():
            if observe is not None:
                observe(progress)
            if interrupted():
                run.interrupt()
                break
    return run.result()
