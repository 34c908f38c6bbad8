"""Studies: many plans run one after the other or side by side, and what they have in common."""
