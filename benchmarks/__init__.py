"""Measurements, kept apart from the tests: they take minutes and depend on the machine."""
