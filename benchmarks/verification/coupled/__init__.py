"""The coupled antenna and heat model against an independent axisymmetric one."""
