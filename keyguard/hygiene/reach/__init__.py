"""Which files of a project reach a browser or a phone, and through which imports.

``client_paths.py`` answers that for the checks. ``entry_points.py`` and ``frameworks.py`` say where client code begins
(webpack, Vite, Next.js, ...), ``import_resolver.py`` says which file an import means, ``import_graph.py`` and
``shortest_path.py`` search from one to the other. ``code/`` reads single files of JavaScript and TypeScript.
"""
