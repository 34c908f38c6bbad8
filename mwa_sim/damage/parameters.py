"""Parameter sets of the damage models, each with its source and its standing.

No numba here: listing or choosing a set must not load the compiler.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

from mwa_sim.errors import InputError

GAS_CONSTANT = 8.31446261815324
"""Molar gas constant R [J/mol/K], exact since the SI of 2019."""

ZERO_CELSIUS = 273.15
"""0 degC in kelvin."""


@dataclass(frozen=True)
class ArrheniusParameters:
    """First-order damage kinetics, ``dOmega/dt = A exp(-Ea / (R (T + 273.15)))``.

    Attributes
    ----------
    name : str
        Key in `ARRHENIUS_SETS`.
    frequency_factor : float [1/s]
        A.
    activation_energy : float [J/mol]
        Ea.
    endpoint : str
        What Omega = 1 stands for.
    source : str
        Key in the list of references.
    standing : str
        "source" (read in the source), "calculated" (derived here from cited data) or
        "unverified" (widely quoted, not checked against its source).
    note : str
        Range of validity and known conflicts.
    """

    name: str
    frequency_factor: float
    activation_energy: float
    endpoint: str
    source: str
    standing: str
    note: str

    @property
    def ln_a(self) -> float:
        """Natural logarithm of the frequency factor [ln 1/s]."""
        return math.log(self.frequency_factor)

    @property
    def ea_over_r(self) -> float:
        """Activation temperature Ea / R [K]."""
        return self.activation_energy / GAS_CONSTANT

    def temperature_for(self, duration: float, omega: float = 1.0) -> float:
        """Constant temperature that gives a damage integral in a given time.

        Inverts ``omega = duration A exp(-Ea / (R T))``.

        Parameters
        ----------
        duration : float [s]
        omega : float [-]

        Returns
        -------
        float [degC]

        Raises
        ------
        InputError
            If the duration or omega is not positive.
        """
        if not (duration > 0.0 and omega > 0.0):
            raise InputError(
                f"duration and omega must be positive, but are {duration} s and {omega}"
            )
        return self.ea_over_r / (self.ln_a + math.log(duration / omega)) - ZERO_CELSIUS


_LIVER = ArrheniusParameters(
    name="liver",
    frequency_factor=7.39e39,
    activation_energy=2.577e5,
    endpoint="coagulative necrosis of liver",
    source="comsol_bioheat",
    standing="source",
    note=(
        "The set of most ablation models; it describes the edge of the ablation zone, above about "
        "50 degC. Extrapolated down it calls 10 min at 42 degC lethal (Omega 0.86), which the "
        "clinical 42 degC limit for nerves contradicts: never use it to judge neural safety. "
        "Even at 37 degC Omega grows by 0.12 in 400 s and reaches 1 after 57 min: in long "
        "protocols its zone is too large, and meaningless from there on."
    ),
)

_NERVE_FIT = ArrheniusParameters(
    name="nerve_fit",
    frequency_factor=1.39e105,
    activation_energy=6.588e5,
    endpoint="Omega = ln 2: motor function lost in half of the animals (rat sciatic nerve)",
    source="wondergem1988",
    standing="calculated",
    note=(
        "Straight line of ln(time) against 1/T through the published 58 min at 43 degC and 12 min "
        "at 45 degC; the third point, 32 min at 44 degC, lies 20 % above the line. Heating of "
        "12-58 min only: shorter, hotter exposures are extrapolation. Loss was reversible within "
        "4 weeks."
    ),
)

_SKIN = ArrheniusParameters(
    name="skin_henriques",
    frequency_factor=3.1e98,
    activation_energy=6.28e5,
    endpoint="irreversible burn of the epidermis",
    source="henriques1947",
    standing="unverified",
    note="Widely quoted values, not checked against the original; porcine skin, 44-70 degC.",
)

_FAT = ArrheniusParameters(
    name="fat",
    frequency_factor=4.43e16,
    activation_energy=1.30e5,
    endpoint="necrosis of fat",
    source="comsol_bioheat",
    standing="source",
    note="Library values; Omega = 1 needs 95 degC for 60 s.",
)

ARRHENIUS_SETS: dict[str, ArrheniusParameters] = {
    parameters.name: parameters for parameters in (_LIVER, _NERVE_FIT, _SKIN, _FAT)
}
"""The known Arrhenius sets by name."""


def arrhenius_parameters(name: str) -> ArrheniusParameters:
    """Return the Arrhenius set of a name.

    Raises
    ------
    InputError
        If there is no such set; the message names the closest one.
    """
    try:
        return ARRHENIUS_SETS[name]
    except KeyError:
        close = difflib.get_close_matches(name, ARRHENIUS_SETS, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        known = ", ".join(ARRHENIUS_SETS)
        raise InputError(f"{name!r} is not an Arrhenius set{hint} (known sets: {known})") from None


@dataclass(frozen=True)
class ThreeStateParameters:
    """Rates of the three-state cell death model of O'Neill et al. (2011).

    Attributes
    ----------
    forward_rate : float [1/s]
        k_f, scale of the damage rate ``k_f exp(T / T_k) (1 - A)``.
    backward_rate : float [1/s]
        k_b, rate at which vulnerable cells recover.
    temperature_scale : float [K]
        T_k; the temperature in ``exp(T / T_k)`` is in degC.
    alive : float [-]
        Fraction alive at the start.
    source, standing, note : str
        As in `ArrheniusParameters`.
    """

    forward_rate: float = 3.33e-3
    backward_rate: float = 7.77e-3
    temperature_scale: float = 40.5
    alive: float = 0.99
    source: str = "oneill2011"
    standing: str = "source"
    note: str = (
        "Fitted to co-cultures of hepatocytes and lung fibroblasts heated for up to 15 min; it "
        "predicts 1.4 % dead after 5 min at 65 degC, far less than every other criterion. An "
        "alternative measure, not the default. Perfusion is taken to stop at a viability "
        "(alive + vulnerable) of 0.8."
    )


THREE_STATE = ThreeStateParameters()
"""The published rates, used by `mwa_sim.damage.three_state`."""
