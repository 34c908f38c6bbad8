"""Static against temperature-dependent dielectric properties around a bare monopole at 50 W."""
