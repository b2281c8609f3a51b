"""Lines that stand around a secret in an ordinary file, by kind of file; none of them is a secret."""

from __future__ import annotations

from collections.abc import Mapping

_ENV = (
    "NODE_ENV=production", "PORT=<<port>>", "APP_NAME=<<part>>", "LOG_LEVEL=info", "DB_HOST=<<host>>", "DB_USER=<<user>>",
    "DB_NAME=<<part>>_prod", "# see the wiki before changing these", "TZ=Europe/Berlin", "CACHE_TTL=3600", "",
    "PUBLIC_URL=https://<<host>>/", "SESSION_COOKIE_NAME=sid", "TOKEN_TTL=900", "PASSWORD_MIN_LENGTH=12", "DEBUG=false",
    "SMTP_HOST=<<host>>", "AWS_REGION=eu-central-1", "SECRET_NAME=<<part>>/prod/db", "GIT_SHA=<<sha1>>",
)  # fmt: skip
_YAML = (
    "name: <<part>>", "replicas: 3", "host: <<host>>", "port: <<port>>", "username: <<user>>", "# managed by the platform team",
    "image: registry.<<host>>/<<part>>@sha256:<<sha256>>", "timeout: 30s", "tls: true", "secretName: <<part>>-tls",
    "tokenExpiry: 15m", "passwordFile: /run/secrets/<<part>>", "logLevel: warn", "existingSecret: <<part>>-credentials",
)  # fmt: skip
_PYTHON = (
    "import os", "import logging", "log = logging.getLogger(__name__)", 'HOST = "<<host>>"', "PORT = <<port>>",
    "TIMEOUT = 30", "", "def connect(user, password, token=None):", '    log.info("password for %s was wrong", user)',
    "    return Session(user=user, password=password, token=token)", 'token = os.environ["SERVICE_TOKEN"]',
    'PASSWORD_FIELD = "password"', 'DIGEST = "<<sha256>>"', "secret = get_secret(name)", 'USER = "<<user>>"',
)  # fmt: skip
_JS = (
    "const express = require('express');", "const port = <<port>>;", "const host = '<<host>>';", "let token = req.query.token;",
    "app.use(session({ secret: process.env.SESSION_SECRET }));", "const { password } = req.body;", "",
    "if (!password) throw new Error('password is required');", "const passwordInput = document.querySelector('#password');",
    "export const TOKEN_KEY = 'auth_token';", "const id = '<<uuid>>';", "const user = '<<user>>';",
)  # fmt: skip
_JAVA = (
    "    private String password;", "    private static final int PORT = <<port>>;", '    private final String host = "<<host>>";',
    "    public String getPassword() { return password; }", '    @Value("${app.token}") private String token;', "",
    '    static final String TOKEN_HEADER = "X-Auth-Token";', '    log.debug("token expired for {}", user);',
    '    String user = "<<user>>";', "    // rotated by the operations team",
)  # fmt: skip
_GO = (
    "\tport := <<port>>", '\thost := "<<host>>"', '\tpassword := os.Getenv("DB_PASSWORD")', '\tlog.Println("token refreshed")',
    '\tuser := "<<user>>"', "\tif token == nil {", '\t\treturn errors.New("missing token")', "\t}", "",
    '\treq.Header.Set("X-Request-Id", "<<uuid>>")',
)  # fmt: skip
_SHELL = (
    "set -euo pipefail", "HOST=<<host>>", "PORT=<<port>>", 'echo "password:"', "read -rs PASSWORD", "", "# deploy the stack",
    'token=$(vault kv get -field=token "secret/<<part>>")', "docker compose up -d", "sha256sum -c <<< '<<sha256>>  app.tgz'",
    'curl -fsS "https://<<host>>/health"', "USER=<<user>>",
)  # fmt: skip
_INI = (
    "host = <<host>>", "port = <<port>>", "user = <<user>>", "timeout = 30", "; managed by puppet", "ssl = true",
    "token_lifetime = 3600", "password_policy = strong", "",
)  # fmt: skip
_PROPERTIES = (
    "server.port=<<port>>", "spring.application.name=<<part>>", "spring.datasource.username=<<user>>", "# production",
    "spring.datasource.hikari.maximum-pool-size=10", "logging.level.root=INFO", "jwt.expiration=86400",
    "security.password.min-length=10", "app.secret.name=<<part>>-db",
)  # fmt: skip
_JSON = (
    '"host": "<<host>>",', '"port": <<port>>,', '"user": "<<user>>",', '"timeout": 30,', '"tokenExpiry": "1h",',
    '"integrity": "sha512-<<base64>>",', '"passwordPolicy": "strict",', '"id": "<<uuid>>",', '"tls": true,',
)  # fmt: skip
_XML = (
    "<host><<host>></host>", "<port><<port>></port>", "<username><<user>></username>", "<timeout>30</timeout>",
    "<!-- managed by operations -->", "<tokenLifetime>3600</tokenLifetime>", "<id><<uuid>></id>",
)  # fmt: skip
_SQL = (
    "SET NAMES utf8mb4;", "CREATE DATABASE <<part>>;", "USE <<part>>;", "-- users and roles",
    "CREATE TABLE users (id INT PRIMARY KEY, password VARCHAR(255) NOT NULL, token CHAR(64));",
    "INSERT INTO settings VALUES (1, 'password_min_length', '12');", "GRANT SELECT ON <<part>>.* TO '<<user>>'@'%';",
)  # fmt: skip
_RUBY = (
    "require 'net/http'", "HOST = '<<host>>'", "port = <<port>>", "  validates :password, presence: true",
    "  token = ENV.fetch('SERVICE_TOKEN')", "  # secrets come from the vault", "  has_secure_password",
    "user = '<<user>>'", "",
)  # fmt: skip
_PHP = (
    "$host = '<<host>>';", "$port = <<port>>;", "$password = getenv('DB_PASSWORD');", "// the old server",
    "$user = '<<user>>';", "if (empty($_POST['password'])) { die('Password required'); }", "$token = bin2hex(random_bytes(16));",
)  # fmt: skip
_TEXT = (
    "Deployment notes", "Ask <<user>> for access to <<host>>.", "The password must have twelve characters.",
    "Restart the service after a change.", "Tokens expire after one hour.", "", "Tickets go to the operations team.",
)  # fmt: skip

LINES: Mapping[str, tuple[str, ...]] = {
    "env": _ENV, "yaml": _YAML, "python": _PYTHON, "js": _JS, "java": _JAVA, "go": _GO, "shell": _SHELL, "ini": _INI,
    "properties": _PROPERTIES, "json": _JSON, "xml": _XML, "sql": _SQL, "ruby": _RUBY, "php": _PHP, "text": _TEXT,
    "": ("",),
}  # fmt: skip
