"""Packages for registries: which files of a folder ``npm pack``, a source distribution or a wheel would contain."""
