"""Keep linear algebra on one thread where more of them only get in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

_P = ParamSpec("_P")
_T = TypeVar("_T")


def one_thread(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Run a function with the BLAS on one thread; what was set before holds again afterwards.

    The dense blocks of a sparse factorisation are so small that a pool of threads mostly waits for
    itself, and when the processors are busy with something else it waits for long: a factorisation
    of 50 ms then takes seconds.
    """

    @wraps(function)
    def limited(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        with _pools().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited


@cache
def _pools() -> ThreadpoolController:
    # The libraries are looked for once, when scipy's is certainly there.
    import scipy.sparse.linalg  # noqa: F401

    return ThreadpoolController()
