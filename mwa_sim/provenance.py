"""What produced a result: versions, platform and the content of the inputs."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import PurePath
from typing import Any

import numpy as np
from pydantic import BaseModel

_PACKAGES = ("numpy", "scipy", "numba", "scikit-fem", "meshio", "h5py", "pydantic", "pyvista")


def versions() -> dict[str, str]:
    """Versions of mwa_sim, Python and the packages a result depends on.

    Returns
    -------
    dict of str to str
        Packages that are not installed are left out. Nothing is imported.
    """
    found = {"mwa_sim": _own_version(), "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str | int]:
    """Platform of a run, without names of the computer or its user.

    Returns
    -------
    dict
        ``system``, ``processor`` and ``cpus``.
    """
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cpus": os.cpu_count() or 1,
    }


def content_hash(value: Any) -> str:
    """Hash of what a value contains, the same on every platform and in every process.

    Parameters
    ----------
    value : object
        Nested mappings, sequences, numbers, texts, arrays, dataclasses and pydantic models. The
        order of keys does not matter; types that compare equal but differ (1 and 1.0) hash
        alike.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.

    Raises
    ------
    TypeError
        If something in the value has no defined content.

    Examples
    --------
    >>> content_hash({"a": 1, "b": [2.0]}) == content_hash({"b": [2], "a": 1.0})
    True
    """
    digest = hashlib.sha256()
    _feed(digest, value)
    return digest.hexdigest()


def _own_version() -> str:
    # The package itself is above this module; when it runs, it has been imported.
    return str(getattr(sys.modules.get("mwa_sim"), "__version__", "unknown"))


def _feed(digest: Any, value: Any) -> None:
    if value is None or isinstance(value, bool | np.bool_):
        digest.update(f"<{value}>".encode())
    elif isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        # One text for every nan, and -0.0 is 0.0.
        digest.update(f"#{'nan' if math.isnan(number) else (number + 0.0).hex()}".encode())
    elif isinstance(value, complex | np.complexfloating):
        digest.update(b"i")
        _feed(digest, [value.real, value.imag])
    elif isinstance(value, str | PurePath):
        text = str(value).encode()
        digest.update(b'"%d:' % len(text) + text)
    elif isinstance(value, bytes):
        digest.update(b"b%d:" % len(value) + value)
    elif isinstance(value, np.ndarray):
        _feed_array(digest, value)
    elif isinstance(value, Mapping):
        digest.update(b"{%d" % len(value))
        for key in sorted(value, key=str):
            _feed(digest, str(key))
            _feed(digest, value[key])
    elif isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        digest.update(b"[%d" % len(items))
        for item in items:
            _feed(digest, item)
    elif isinstance(value, BaseModel):
        _feed(digest, {name: getattr(value, name) for name in type(value).model_fields})
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        _feed(digest, {f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    else:
        raise TypeError(f"a {type(value).__name__} has no content to hash")


def _feed_array(digest: Any, array: np.ndarray[Any, Any]) -> None:
    if array.dtype.kind in "iub":
        array = array.astype("<i8")
    elif array.dtype.kind == "f":
        array = array.astype("<f8") + 0.0
    elif array.dtype.kind == "c":
        array = array.astype("<c16") + 0.0
    else:
        raise TypeError(f"an array of {array.dtype} has no content to hash")
    digest.update(f"a{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
