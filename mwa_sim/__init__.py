"""Microwave ablation of spinal metastases: antenna, bioheat, protocol, ablation zone."""

__version__ = "0.1.0"
