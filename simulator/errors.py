class SimulatorError(Exception):
    """The simulator cannot do what was asked, and says what and where. Nothing is skipped."""
