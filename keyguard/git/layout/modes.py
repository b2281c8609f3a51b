"""Modes of entries in trees and indexes that are not regular files."""

GITLINK = 0o160000
SYMLINK = 0o120000
