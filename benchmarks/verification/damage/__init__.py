"""Damage, dose and cell death against closed forms: `mwa-sim bench damage`."""
