"""The antenna's heat source on the nodes and how it follows the warming tissue.

Per watt at the generator the antenna puts w_il watts into node i through tissue l (from the
deposition on the mesh, at 37 degC).  The absorbed power density sigma |E|^2 / 2 follows the
conductivity of the warm and drying tissue, f_l(T) = sigma_l(T) / sigma_l(37 degC).  Two limits are
offered for where the power goes that dry tissue no longer absorbs:

``redistribute``
    the field keeps its total: dried tissue is transparent and the power is absorbed further out,
    ``q_i = P W sum_l w_il f_l(T_i) / sum w f`` with W = sum w.  It is conserved to rounding until
    less than a tenth of the original absorption is left; beyond that the rest counts as reflected.
``attenuate``
    the field is that of the unheated tissue: ``q_i = P sum_l w_il f_l(T_i)``, the lost power is
    reflected (weak coupling; key ``nahmed2026``).
``constant``
    q_i = P sum_l w_il, as an imported map prescribes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import scipy.sparse as sp

from mwa_sim.errors import InputError
from mwa_sim.heat.kernels import REFERENCE
from mwa_sim.heat.nodal import follow_entries, follow_nodes
from mwa_sim.heat.sliced import CHUNK, Single, padded
from mwa_sim.heat.team import ALONE, Team
from mwa_sim.typing import FloatArray

Drying = Literal["redistribute", "attenuate", "constant"]

TABLE_START = -50.0
TABLE_STEP = 0.25
TABLE_SIZE = 1600
MAX_AMPLIFICATION = 10.0
_NONE = np.zeros(0)


def table_temperatures() -> FloatArray:
    """Temperatures (TABLE_SIZE,) [degC] at which conductivity factors are tabulated."""
    return (TABLE_START + TABLE_STEP * np.arange(TABLE_SIZE)).astype(np.float64)


class Source:
    """Nodal heat of one antenna per watt at the generator.

    Parameters
    ----------
    weights : sparse matrix (n_nodes, n_labels) [W/W]
        Power into each node through each tissue label at 37 degC.
    factors : sequence of (TABLE_SIZE,) float array or None, one per label
        sigma(T)/sigma(37) at :func:`table_temperatures`; None for a constant conductivity.
    drying : {"redistribute", "attenuate", "constant"}

    Raises
    ------
    InputError
        Weights that are negative or not finite, or an unknown ``drying``.
    """

    def __init__(
        self,
        weights: sp.csr_matrix,
        factors: Sequence[FloatArray | None],
        drying: Drying = "redistribute",
    ) -> None:
        if drying not in ("redistribute", "attenuate", "constant"):
            raise InputError(
                f"drying: {drying!r} is none of 'redistribute', 'attenuate', 'constant'"
            )
        entries = sp.coo_matrix(weights)
        if not np.all(np.isfinite(entries.data)) or np.any(entries.data < 0.0):
            raise InputError("antenna: the heat source has negative or non-finite nodal powers")
        order = np.argsort(entries.row, kind="stable")
        self.n_nodes = int(entries.shape[0])
        self._nodes = entries.row[order].astype(np.uint32)
        self._weights = np.ascontiguousarray(entries.data[order])
        tables: list[FloatArray] = [np.ones(TABLE_SIZE)]
        model = np.zeros(entries.shape[1], dtype=np.uint32)
        for label, factor in enumerate(factors):
            if factor is None or drying == "constant":
                continue
            same = [m for m, known in enumerate(tables) if np.array_equal(known, factor)]
            if same:
                model[label] = same[0]
            else:
                model[label] = len(tables)
                tables.append(np.asarray(factor, dtype=np.float64))
        self._models = model[entries.col[order]]
        self._tables = np.vstack(tables)
        self.drying = drying
        self.delivered = float(self._weights.sum())
        """Power into the tissue at 37 degC per watt at the generator [W/W]."""
        self.follows_temperature = bool(np.any(self._models > 0))
        """Whether the distribution changes with temperature."""
        nodes, first = np.unique(self._nodes, return_index=True)
        self._own = nodes.astype(np.uint32)
        self._first = np.append(first, self._nodes.size).astype(np.uint32)
        rows = np.arange(0, padded(self.n_nodes) + 1, CHUNK)
        self._of_chunk = np.searchsorted(nodes, rows).astype(np.uint32)
        self._changes = np.zeros(rows.size - 1)
        self._seen = np.full(nodes.size, np.nan)
        self._renew()

    def _renew(self) -> None:
        self._constant = self._summed()
        self._powers = self._constant.copy()
        self._total = float(self._powers.sum())
        self._seen[:] = np.nan

    def _summed(self) -> FloatArray:
        return np.bincount(self._nodes, weights=self._weights, minlength=self.n_nodes).astype(
            np.float64
        )

    def replace(self, weights: FloatArray, delivered: float) -> None:
        """Take over a field that was computed anew.

        Parameters
        ----------
        weights : (n_entries,) float array [W/W]
            New values of the entries of the sparse matrix that the source was made of, in its
            (row-major) order; not negative.
        delivered : float [W/W]
            Power into the tissue per watt at the generator; what ``redistribute`` keeps.
        """
        self._weights[:] = weights
        self._renew()
        self.delivered = float(delivered)

    def entries(self, temperature: FloatArray) -> FloatArray:
        """Power of each entry without redistribution, w_e f_e(T).

        Parameters
        ----------
        temperature : (n_nodes,) float array [degC]

        Returns
        -------
        (n_entries,) float array [W/W]
            In the row-major order of the matrix that the source was made of.
        """
        powers = np.empty_like(self._weights)
        follow_entries(
            self._nodes, self._models, self._weights, self._tables, TABLE_START, TABLE_STEP,
            temperature, powers,
        )  # fmt: skip
        return powers

    def nodal(self, temperature: FloatArray, out: FloatArray) -> float:
        """Nodal powers at nodal temperatures.

        Parameters
        ----------
        temperature : (n_nodes,) float array [degC]
        out : (n_nodes,) float array [W/W]
            Filled with the power into each node per watt at the generator.

        Returns
        -------
        float [W/W]
            Their sum.
        """
        theta = np.asarray(temperature - REFERENCE, dtype=np.float32)
        powers, scale = self.expected(theta, theta, 0.0, 0.0)
        np.multiply(powers, scale, out=out)
        return self.total(scale)

    def expected(
        self,
        theta: Single,
        before: Single,
        ratio: float,
        limit: float,
        highest: FloatArray | None = None,
        team: Team = ALONE,
    ) -> tuple[FloatArray, float]:
        """Nodal powers at the temperature expected in the middle of a step.

        Parameters
        ----------
        theta, before : (>= n_nodes,) float32 array [K]
            Temperature above 37 degC now and one step ago.
        ratio, limit : float [-], [K]
            The expected one is theta + ratio (theta - before), the change limited.
        highest : (n_nodes,) float array [degC], optional
            Temperature that no node counts as cooler than.
        team : Team
            Threads that share the nodes.

        Returns
        -------
        powers : (n_nodes,) float array [W/W]
            Per watt at the generator; valid until the next call.
        scale : float [-]
            What they are to be multiplied with.
        """
        if not self.follows_temperature:
            return self._constant, 1.0
        team.run(
            padded(self.n_nodes), follow_nodes, self._own, self._of_chunk, self._first,
            self._models, self._weights, self._tables, TABLE_START, TABLE_STEP, theta, before,
            ratio, limit, _NONE if highest is None else highest, self._seen, self._powers,
            self._changes,
        )  # fmt: skip
        self._total += float(self._changes.sum())
        if self.drying != "redistribute":
            return self._powers, 1.0
        if not self._total > 0.0:
            return self._powers, 0.0
        return self._powers, min(self.delivered / self._total, MAX_AMPLIFICATION)

    def total(self, scale: float) -> float:
        """Sum [W/W] of the powers that `expected` gave last, with their scale."""
        return self._total * scale if self.follows_temperature else self.delivered
