"""See :mod:`benchmarks.validation.three_cm.case`."""

from benchmarks.validation.three_cm.case import main

main()
