"""Pulses, thermocouples and rules against exact histories: `mwa-sim bench control`."""
