"""What gets into packages: which files of a folder a registry is given."""
