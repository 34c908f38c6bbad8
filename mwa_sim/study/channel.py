"""Messages between a study and its worker processes: pickles with their length before them."""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

from mwa_sim.errors import InputError

_LENGTH = struct.Struct(">Q")


def packed(message: Any) -> bytes:
    """A message as bytes; functions defined in a script or notebook go by value.

    Raises
    ------
    InputError
        If something in it cannot be sent to another process.
    """
    try:
        return bytes(_dumps()(message, protocol=pickle.HIGHEST_PROTOCOL))
    except Exception as error:  # whatever the objects of a user raise
        raise InputError(
            "workers: the plan and the measures are sent to other processes, which does not work "
            f"here ({type(error).__name__}: {error}); measure with texts or with functions that "
            "hold nothing open, or use workers=1"
        ) from None


def send(stream: IO[bytes], data: bytes) -> None:
    """Write what :func:`packed` made.

    Raises
    ------
    OSError
        If the other side is gone.
    """
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read the next message.

    Raises
    ------
    EOFError
        If the other side is gone.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def _dumps() -> Any:
    try:
        import cloudpickle
    except ImportError:  # then only functions that can be imported can be sent
        return pickle.dumps
    return cloudpickle.dumps
