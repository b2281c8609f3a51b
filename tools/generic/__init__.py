"""Training and measuring the model of ``keyguard.generic.assignments``: see ``tools/train_generic.py``."""
