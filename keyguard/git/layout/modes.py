"""Modes of entries in trees and indexes that are no plain files, as git writes them."""

GITLINK = 0o160000
SYMLINK = 0o120000
