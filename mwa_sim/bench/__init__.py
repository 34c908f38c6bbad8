"""The benchmark suite: quantities beside references, with tolerance, band and verdict.

A benchmark is a folder of ``benchmarks/verification`` or ``benchmarks/validation`` with a module
``suite.py`` that holds one :class:`~mwa_sim.bench.benchmark.Benchmark` named ``BENCHMARK``.
"""
