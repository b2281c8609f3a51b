"""Environment files (``.env`` and the like): their names, their contents, and what reads them."""
