"""keyguard: finds API keys, says whose they are, and checks that keys are kept properly."""

__version__ = "0.1.0"
