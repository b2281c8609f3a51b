"""``keyguard fix``: changes to the user's own files, on request; never to history, never without showing them first.

``hygiene.py`` and ``literals.py`` plan, ``draft.py`` collects, ``diffs.py`` shows and ``apply.py`` applies. ``code/``
replaces a key in one language, ``files/`` reads and writes below one folder.
"""
