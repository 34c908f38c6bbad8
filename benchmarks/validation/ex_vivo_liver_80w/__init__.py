"""Zone, volume and temperatures in ex vivo porcine liver at 80 W (Ji et al. 2011)."""
