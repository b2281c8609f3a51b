"""Key hygiene: checks that read a project and report where keys are kept, delivered or logged in an unsafe way.

``run.py`` runs the checks for a scan. ``check_table.py`` lists them; each is a module in ``checks/``, with its texts in
``data/``. The other packages hold what checks look things up in: ``project/`` (files, keys, settings), ``envfiles/``,
``keys/``, ``stages/`` (deployment stages), ``reach/`` (which files reach a browser), ``docker/``, ``packaging/`` and
``paths/``.
"""
