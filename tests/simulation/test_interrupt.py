"""Ctrl-C at any moment: never lost, never taken for a fault."""

import signal

import pytest

from mwa_sim.interrupt import certain_interrupt, deferred_interrupt, is_interrupt


def caused(error, cause):
    error.__cause__ = cause
    return error


def test_what_compiled_code_makes_of_ctrl_c_counts():
    made = caused(SystemError("returned a result with an exception set"), KeyboardInterrupt())
    assert is_interrupt(made)
    during = SystemError()
    during.__context__ = made
    assert is_interrupt(during)
    assert is_interrupt(KeyboardInterrupt())
    assert not is_interrupt(SystemError())
    assert not is_interrupt(caused(SystemError(), ValueError()))
    assert not is_interrupt(caused(ValueError(), KeyboardInterrupt()))
    assert not is_interrupt(None)


def test_a_ring_of_causes_ends():
    one, two = SystemError(), SystemError()
    one.__cause__, two.__cause__ = two, one
    assert not is_interrupt(one)


@certain_interrupt()
def pressed_inside(callback_makes):
    """Ctrl-C in a callback of compiled code, which loses it or raises something else."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        if callback_makes is not None:
            raise callback_makes from None


def test_the_flag_is_shared_with_what_is_inside():
    before = signal.getsignal(signal.SIGINT)
    with deferred_interrupt() as outer:
        with deferred_interrupt() as inner:
            assert not inner()
            signal.raise_signal(signal.SIGINT)
            assert inner()
        assert outer()
        with deferred_interrupt() as later:
            assert later()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("callback_makes", [None, SystemError()])
def test_ctrl_c_lost_on_the_way_is_raised_at_the_end(callback_makes):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        pressed_inside(callback_makes)
    assert signal.getsignal(signal.SIGINT) is before


def test_other_errors_are_themselves():
    with pytest.raises(ValueError, match="own"), certain_interrupt():
        raise ValueError("own")
