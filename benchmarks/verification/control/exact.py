"""A tissue heated evenly, the thermocouple in it and the rules on its readings, in closed form.

    dT/dt = g p(t) - b (T - 37),     tau dy/dt = T - y

with the heating g [K/s per W], the power p, which is constant between its switches, the sink b and
the lag tau.  Between two switches both are sums of exponentials, so that nothing is integrated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

BLOOD = 37.0


@dataclass(frozen=True)
class State:
    """Tissue and sensor at a time.

    Attributes
    ----------
    t : float [s]
    tissue, reading : float [degC]
    """

    t: float
    tissue: float
    reading: float


@dataclass(frozen=True)
class Block:
    """What is heated, and what measures it.

    Attributes
    ----------
    heating : float [K/s/W]
        g.
    sink : float [1/s]
        b; 0 without perfusion.
    lag : float [s]
        tau; 0 reads the tissue itself.
    """

    heating: float
    sink: float
    lag: float

    def after(self, state: State, elapsed: float, power: float) -> State:
        """State a time [s] later, at a constant power [W]."""
        rate, tau = self.heating * power, self.lag
        if self.sink == 0.0:
            tissue = state.tissue + rate * elapsed
            decay = math.exp(-elapsed / tau) if tau > 0.0 else 0.0
            # A ramp is followed a lag behind, once the start is forgotten.
            behind = state.reading - state.tissue + rate * tau
            reading = tissue - rate * tau + behind * decay
        else:
            settled = BLOOD + rate / self.sink
            off, gone = state.tissue - settled, math.exp(-self.sink * elapsed)
            tissue = settled + off * gone
            decay = math.exp(-elapsed / tau) if tau > 0.0 else 0.0
            gain = 1.0 / (1.0 - self.sink * tau)
            reading = settled + off * gain * gone
            reading += (state.reading - settled - off * gain) * decay
        return State(state.t + elapsed, tissue, reading)


@dataclass(frozen=True)
class Watched:
    """A pulse under a rule.

    Attributes
    ----------
    power : float [W]
    on : float [s]
        Time with power, if no rule acts.
    every : float [s]
        Between samples.
    above : float [degC]
    below : float or None [degC]
        Reading at which a pause ends; None: the rule stops the power.
    delay : float [s]
        Of the operator, for a stop.
    """

    power: float
    on: float
    every: float
    above: float
    below: float | None = None
    delay: float = 0.0


@dataclass(frozen=True)
class Played:
    """What happened.

    Attributes
    ----------
    switches : tuple of (float, bool)
        Times [s] at which the power went on or off.
    samples : tuple of State
        Tissue and reading at every sample, up to the end of the power.
    """

    switches: tuple[tuple[float, bool], ...]
    samples: tuple[State, ...]

    @property
    def on_time(self) -> float:
        """Time with power [s]."""
        off = [t for t, on in self.switches if not on]
        return math.fsum(off) - math.fsum(t for t, on in self.switches if on)


def play(block: Block, watched: Watched) -> Played:
    """One pulse from 37 degC on, with samples at the multiples of the interval.

    A sample above the limit stops the power after the delay of the operator, or pauses it until
    the first sample below the lower limit; a pause does not shorten the time with power.
    """
    state = State(0.0, BLOOD, BLOOD)
    switches, samples = [(0.0, True)], [state]
    left, on, acts = watched.on, True, math.inf
    while True:
        sample = len(samples) * watched.every
        until = min(sample, acts, state.t + left if on else math.inf)
        elapsed = until - state.t
        state = replace(block.after(state, elapsed, watched.power if on else 0.0), t=until)
        left -= elapsed if on else 0.0
        if until == sample:
            samples.append(state)
            if on and acts == math.inf and state.reading > watched.above:
                acts = until + watched.delay
            elif not on and watched.below is not None and state.reading < watched.below:
                on = True
                switches.append((until, True))
        if until == acts:
            on, acts = False, math.inf
            switches.append((until, False))
            if watched.below is None:
                break
        elif on and left <= 1e-9:
            switches.append((until, False))
            break
    return Played(tuple(switches), tuple(samples))
