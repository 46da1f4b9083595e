"""Mutants of the flow files that nobody can notice, by name, and why: there are none."""

SURVIVORS: dict[str, str] = {}
