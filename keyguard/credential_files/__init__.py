"""Files that have a syntax of their own for credentials, read by parsers: ``.netrc``, kubeconfig, ``.npmrc``, …"""
