"""Read git's object database without git: packs in bulk, loose objects one by one.

    store -> pack -> delta_forest -> walk, and loose_objects

For full scans of history. Objects that cannot be read here are listed, and read by ``git cat-file`` instead.
"""
