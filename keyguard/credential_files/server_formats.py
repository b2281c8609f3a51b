"""Formats of applications, servers, networks and deployments. See :mod:`keyguard.credential_files.table`."""

from __future__ import annotations

from keyguard.credential_files.format import Format

SERVER_FORMATS: tuple[Format, ...] = (
    Format(
        "configuration of a PHP application",
        "keyguard.credential_files.frameworks.php",
        paths=(
            "wp-config.php",
            "wp-config-*.php",
            "configuration.php",
            "settings.php",
            "settings.*.php",
            "settings.inc.php",
            "config.inc.php",
            "config.php",
            "config.*.php",
            "config-*.php",
            "config/*.php",
            "app/etc/env.php",
            "parameters.php",
            "localsettings.php",
            "localconfiguration.php",
            "main-local.php",
            "common.php",
            "database.php",
            "db.php",
            "dbconfig.php",
            "connection.php",
        ),
        signs=(
            r"define\(\s{0,9}['\x22](?:(?:secure_)?auth|logged_in|nonce)_(?:key|salt)['\x22]\s{0,99},\s{0,99}['\x22]",
            r"\bclass\s{1,9}JConfig\b",
        ),
    ),
    Format(
        "settings of a Python application",
        "keyguard.credential_files.frameworks.python_settings",
        paths=(
            "settings.py",
            "settings_*.py",
            "*_settings.py",
            "settings/*.py",
            "config.py",
            "config/*.py",
            "*_config.py",
            "configuration.py",
            "production.py",
            "instance/*.py",
        ),
        signs=(r"\bdjango-insecure-",),
    ),
    Format(
        "configuration of a Rails application",
        "keyguard.credential_files.frameworks.rails",
        paths=(
            "master.key",
            "config/credentials/*.key",
            "config/*.key",
            "secrets.yml",
            "secrets.yml.*",
            "database.yml",
            "database.yml.*",
            "database.*.yml",
            "config/application.yml",
            "secret_token.rb",
            "session_store.rb",
            "config/initializers/*.rb",
            "config/environments/*.rb",
        ),
    ),
)
