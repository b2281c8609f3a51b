"""Accepted findings: what a project knows of and has decided to live with, by value and never by place."""

from __future__ import annotations

#: the file of accepted findings, from the top of the repository, and its largest size in bytes
PATH = ".keyguard/accepted.toml"
LIMIT = 16 << 20
