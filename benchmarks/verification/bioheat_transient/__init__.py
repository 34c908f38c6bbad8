"""Rises in the course of time against closed forms."""
