"""Reaching a Dask cluster, and what its workers must have in common with this process."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.study.dask_worker import software

REACH_S = 5.0
"""Wall time [s] in which a scheduler has to answer."""

_ADDRESS = re.compile(r"([a-z]+://)?([^\s:/\[\]]+|\[[0-9a-fA-F:.%]+\]):\d{1,5}")
_INSTALL = 'pip install "mwa-sim[cluster]"'


def cluster_problems(cluster: Any) -> list[str]:
    """What is wrong with how a cluster is given, as far as it can be told without reaching it.

    Parameters
    ----------
    cluster : str, path, distributed.Client or cluster
    """
    try:
        from distributed import Client
    except ImportError as error:
        missing = f" ({error})" if (error.name or "").partition(".")[0] != "distributed" else ""
        return [f"cluster: Dask is not installed here{missing}: {_INSTALL}"]
    if isinstance(cluster, Client):
        if cluster.asynchronous:
            return ["cluster: expected a Client made without asynchronous=True"]
        closed = cluster.status != "running"
        return [f"cluster: the Client is {cluster.status}; make a new one"] if closed else []
    if hasattr(cluster, "scheduler_address"):
        return []
    if isinstance(cluster, str | os.PathLike):
        text = os.fspath(cluster)
        if text.endswith(".json"):
            found = os.path.isfile(text)
            return [] if found else [f"cluster: there is no scheduler file '{text}'"]
        if _ADDRESS.fullmatch(text):
            return []
    return [
        f"cluster: expected the address of a Dask scheduler such as tcp://host:8786, the .json "
        f"file it writes, or a distributed.Client, got {cluster!r}"
    ]


@contextmanager
def client_of(cluster: Any) -> Iterator[Any]:
    """Connect to a cluster; a client that was given stays open.

    Raises
    ------
    InputError
        If nobody answers, or what answers is no scheduler.
    """
    from distributed import Client

    if isinstance(cluster, Client):
        yield cluster
        return
    target: Any = cluster
    if isinstance(cluster, str | os.PathLike):
        target = _address(os.fspath(cluster))
        _knock(target)
    # What has to be said of a lost connection is said once and in a line.
    logger = logging.getLogger("distributed.client")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        client = _connect(target)
        try:
            yield client
        finally:
            client.close(timeout=2.0)
    finally:
        logger.setLevel(level)


def _connect(target: Any) -> Any:
    # Its functions have no types.
    distributed: Any = import_module("distributed")
    mismatch = import_module("distributed.versions").VersionMismatchWarning
    with warnings.catch_warnings():
        # What has to be the same is compared with a clear message.
        warnings.simplefilter("ignore", mismatch)
        try:
            return distributed.Client(target, timeout=2.0 * REACH_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise _silent(str(target), one_line(error)) from None


def _address(text: str) -> str:
    """An address as it is, or that in the file of a scheduler."""
    if not text.endswith(".json"):
        return text
    try:
        return str(json.loads(Path(text).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"cluster: '{text}' is no file of a Dask scheduler") from None


def _knock(address: str) -> None:
    """Ask for the name of who is there.

    Apart from making the client, which waits for ever for something that answers otherwise.
    """

    async def ask() -> str:
        distributed: Any = import_module("distributed")
        arguments = distributed.Security().get_connection_args("client")
        connect = import_module("distributed.comm").connect
        comm = await connect(address, timeout=REACH_S, **arguments)
        await comm.write({"op": "identity", "reply": True})
        answer = await comm.read()
        await comm.close()
        return str(answer["type"])

    async def ask_in_time() -> str:
        return await asyncio.wait_for(ask(), REACH_S)

    # A notebook has a loop of its own in this thread.
    with ThreadPoolExecutor(1) as pool:
        try:
            found = pool.submit(asyncio.run, ask_in_time()).result()
        except Exception as error:  # whatever may be the answer of something else
            raise _silent(address, one_line(error)) from None
    if found != "Scheduler":
        raise _silent(address, f"this is a {found}")


def _silent(address: str, why: str) -> InputError:
    return InputError(
        f"cluster: no Dask scheduler answers at {address} within {REACH_S:g} s ({why}); start one "
        "with `dask scheduler` and give the address that it says"
    )


def difference(address: str, found: Mapping[str, Any] | Exception) -> str | None:
    """Why a worker cannot run scenarios of this study.

    Parameters
    ----------
    address : str
        Of the worker.
    found : mapping or Exception
        What :func:`mwa_sim.study.dask_worker.introduce` gave there.

    Returns
    -------
    str or None
        None if it can.
    """
    if isinstance(found, Exception):
        missing = isinstance(found, ImportError) and "mwa_sim" in str(found)
        why = "mwa_sim is not installed there" if missing else one_line(found)
        return f"worker {address}: {why}; install the same mwa_sim there as here, with [cluster]"
    wanted = software()
    other = [name for name in wanted if found.get(name) != wanted[name]]
    if other == ["source"]:
        return (
            f"worker {address}: the source of its mwa_sim is not the one here; install the same "
            "on all machines and start the workers again"
        )
    if other:
        names = [name for name in other if name != "source"]
        texts = [f"{name} {found.get(name, 'none')}, here {wanted[name]}" for name in names]
        return (
            f"worker {address}: {' and '.join(texts)}; install the same versions on all machines "
            "and start the workers again"
        )
    if not found["folder"]:
        return (
            f"worker {address}: does not see the folder in which results are to be saved; give a "
            "folder that all machines share, by the same path, or do not save results"
        )
    return None


def one_line(error: BaseException) -> str:
    """Type and text of an error in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
