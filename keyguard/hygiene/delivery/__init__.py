"""How a file reaches a browser or a phone: as it is, through imports, or as a part of an app.

``client_delivery.py`` answers that for the checks. ``android.py``, ``apple.py``, ``flutter.py`` and ``hybrid_apps.py``
know what is compiled into apps; ``served_folders.py`` knows what a web server serves as it is.
"""
