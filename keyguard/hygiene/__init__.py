"""How keys are kept: checks that look at a project, and say what should be otherwise."""
