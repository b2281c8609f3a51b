"""Read git repositories safely: their layout, refs, index and objects, and git itself as an isolated process.

For everything that touches a repository. ``layout``, ``index`` and ``refs`` read files without git; ``process`` runs
git in a private git directory; ``objects`` and ``worktree`` ask git for objects and files.
"""
