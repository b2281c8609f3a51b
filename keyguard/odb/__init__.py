"""Git's object database, read without git: packs in pack space, loose objects one by one.

    store -> pack -> forest -> walk, and loose

What cannot be read here is named, and read by ``git cat-file`` in a shadow directory instead.
"""
