"""Credentials of package managers: by the name of the file, and by its content."""

from __future__ import annotations

import base64

import pytest

from tests.helpers.credential_files import Found, by_path, by_sign, made_up

RULE = "package-registry-credential"
KEY, OTHER = made_up(1), made_up(2)
ENCODED = base64.b64encode(f"deploy:{KEY}".encode()).decode()
PASSWORD = base64.b64encode(KEY.encode()).decode()

#: (path, text, secrets, whether the content alone tells what it is)
FILES = [
    (".npmrc", f"//npm.acme.dev/:_authToken={KEY}\r\n", [(RULE, KEY)], True),
    ("web/.npmrc", f"registry=https://a.dev\n_authToken = {KEY}\n", [(RULE, KEY)], False),
    (".npmrc", f'//npm.acme.dev/team/:_authToken="{KEY}"\nalways-auth=true', [(RULE, KEY)], True),
    (".npmrc", f"_auth={ENCODED}\nemail=me@acme.dev\n", [(RULE, ENCODED)], False),
    (".npmrc", f"//a.dev/:username=me\n//a.dev/:_password={PASSWORD}\n", [(RULE, PASSWORD)], True),
    (".npmrc", f"; //npm.acme.dev/:_authToken={KEY}\n", [(RULE + "#", KEY)], True),
    (".npmrc", f"proxy=http://me:{KEY}@proxy.acme.dev:3128/\n", [(RULE, KEY)], False),
    (".npmrc", f"\ufeff//npm.acme.dev/:_authToken={KEY}", [(RULE, KEY)], True),
    ("Dockerfile", f'RUN echo "//npm.acme.dev/:_authToken={KEY}" > .npmrc\n', [(RULE, KEY)], True),
    ("ci.sh", f"npm config set //npm.acme.dev/:_authToken {KEY}\n", [(RULE, KEY)], True),
    (".yarnrc.yml", f'npmScopes:\n  acme:\n    npmAuthToken: "{KEY}"\n', [(RULE, KEY)], True),
    (".yarnrc.yml", f'npmAuthIdent: "me:{KEY}"\n', [(RULE, KEY)], True),
    (".yarnrc.yml", f"npmAuthIdent: {ENCODED}\n", [(RULE, ENCODED)], True),
    (".pypirc", f"[distutils]\nindex-servers=a\n\n[a]\nusername: me\npassword: {KEY}\n", [(RULE, KEY)], True),
    ("home/.pypirc", f"[a]\nusername=me\npassword={KEY}\n", [(RULE, KEY)], False),
    ("pip.conf", f"[global]\nextra-index-url =\n  https://me:{KEY}@pip.acme.dev/simple\n", [(RULE, KEY)], False),
    ("pypoetry/auth.toml", f'[http-basic.acme]\nusername = "me"\npassword = "{KEY}"\n', [(RULE, KEY)], False),
    ("pypoetry/auth.toml", f'[pypi-token]\nacme = "{KEY}"\n', [(RULE, KEY)], False),
    (
        ".m2/settings.xml",
        (
            "<settings><servers>\n<!-- ours --><server><id>a</id><username>me</username>"
            f"<password>{KEY}</password></server>\n"
            f"<server><id>b</id><privateKey>~/.ssh/id</privateKey><passphrase>{OTHER}</passphrase></server></servers></settings>"
        ),
        [(RULE, KEY), (RULE, OTHER)],
        False,
    ),
    ("ci_settings.xml", f"<servers>\n  <server><password>{KEY}</password></server></servers>", [(RULE, KEY)], True),
    (
        "settings.xml",
        (
            "<settings><profiles><profile><properties>"
            f"<sonar.password>{KEY}</sonar.password><java.version>17</java.version></properties></profile></profiles></settings>"
        ),
        [(RULE, KEY)],
        False,
    ),
    ("settings-security.xml", f"<settingsSecurity><master>{{{PASSWORD}}}</master>", [(RULE, f"{{{PASSWORD}}}")], True),
    ("gradle.properties", f"signing.password={KEY}\nversion=1\nnexusUser=me\n", [(RULE, KEY)], False),
    ("gradle.properties", f"systemProp.http.proxyPassword = {KEY}\n#gprKey\n", [(RULE, KEY)], False),
    (
        "NuGet.Config",
        (
            f'<packageSourceCredentials><a><add key="Username" value="me" />\n'
            f'<add key="ClearTextPassword" value="{KEY}" /></a></packageSourceCredentials>'
        ),
        [(RULE, KEY)],
        True,
    ),
    ("auth.json", f'{{"http-basic": {{"a.dev": {{"username": "me", "password": "{KEY}"}}}}}}', [(RULE, KEY)], True),
    ("auth.json", f'{{"github-oauth": {{"github.com": "{KEY}"}}}}', [(RULE, KEY)], True),
    ("ci.yml", f"""COMPOSER_AUTH: '{{"gitlab-token": {{"gitlab.com": "{KEY}"}}}}'""", [(RULE, KEY)], True),
    (".bundle/config", f'---\nBUNDLE_PATH: "vendor"\nBUNDLE_GEMS__ACME__DEV: "me:{KEY}"\n', [(RULE, KEY)], True),
    ("Dockerfile", f"ENV BUNDLE_GEMS__ACME__DEV={KEY}:x-oauth-basic\n", [(RULE, KEY)], True),
    (
        ".gem/credentials",
        f"---\n:rubygems_api_key: {KEY}\n:github: Bearer {OTHER}\n",
        [(RULE, KEY), (RULE, OTHER)],
        True,
    ),
    (".sbt/.credentials", f"realm=a\nhost=b\nuser=me\npassword={KEY}\n", [(RULE, KEY)], False),
    ("build.sbt", f'credentials += Credentials("A B", "a.dev", "me", "{KEY}")\n', [(RULE, KEY)], True),
    ("profiles.clj", f'{{:auth {{#"a" {{:username "me" :password "{KEY}"}}}}}}', [(RULE, KEY)], True),
    ("bunfig.toml", f'[install.scopes]\nacme = {{ token = "{KEY}", url = "https://a.dev/" }}\n', [(RULE, KEY)], False),
    (".cargo/credentials.toml", f'[registry]\ntoken = "{KEY}"\n', [(RULE, KEY)], True),
    (".cargo/credentials", f'[registries.acme]\ntoken = "{KEY}"\n', [(RULE, KEY)], True),
]


@pytest.mark.parametrize(("path", "text", "found", "by_content"), FILES)
def test_the_credentials_of_a_package_manager(path: str, text: str, found: Found, by_content: bool) -> None:
    assert by_path(path, text) == found or path in ("Dockerfile", "ci.sh", "ci.yml", "build.sbt")
    assert by_sign(text) == (found if by_content else [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".npmrc", "//npm.acme.dev/:_authToken=${NPM_TOKEN}\n_auth=$AUTH\n"),
        (".npmrc", "//npm.acme.dev/:_authToken=\n//npm.acme.dev/:_password=<password>\n"),
        (".npmrc", "save-exact=true\nregistry=https://npm.acme.dev/\nauth-type=legacy\n"),
        ("README.md", "//npm.acme.dev/:_authToken=npm_{token}\n//npm.acme.dev/:_authToken=YOUR_TOKEN_GOES_HERE\n"),
        (".yarnrc.yml", 'npmAuthToken: "${NPM_TOKEN}"\nnpmAlwaysAuth: true\n'),
        (".pypirc", "[distutils]\nindex-servers = a\n[a]\nusername = __token__\npassword = %(TOKEN)s\n"),
        ("pip.conf", "[global]\nindex-url = https://pip.acme.dev/simple\ntrusted-host = pip.acme.dev\n"),
        ("pip.conf", "[global]\nindex-url = https://${USER}:${PASSWORD}@pip.acme.dev/simple\n"),
        (
            "settings.xml",
            "<settings><servers><server><password>${env.PASSWORD}</password></server></servers></settings>",
        ),
        ("settings.xml", f"<servers><server><password>{{{PASSWORD}}}</password></server></servers>"),
        ("gradle.properties", "org.gradle.jvmargs=-Xmx2g\nsigning.password=\nnexusPassword=${PASSWORD}\n"),
        ("nuget.config", f'<a><add key="Username" value="me"/><add key="Password" value="{PASSWORD}"/></a>'),
        ("nuget.config", '<a><add key="ClearTextPassword" value="%NUGET_PASSWORD%"/></a>'),
        ("build.sbt", 'credentials += Credentials("A", "a.dev", sys.env("USER"), sys.env("PASSWORD"))'),
        ("build.sbt", 'Credentials("A", "a.dev", "me", "<password>")'),
        ("bunfig.toml", '[install.scopes]\nacme = { token = "$npm_token", url = "https://a.dev/" }'),
        ("rules_test.go", '"github-oauth": { RuleID: "github-oauth", Secret: "a1b2c3d4e5f6" }'),
        ("logout.rs", '[registry]\ntoken = "${TOKEN}"\n   "#,\n    check_token(Some("crates-io-token"), None);'),
        ("auth.json", '{"github-oauth": {"github.com": "${GITHUB_TOKEN}"}}'),
        (".bundle/config", 'BUNDLE_PATH: "vendor"\nBUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: https://gems.acme.dev/'),
        (".cargo/config.toml", '[registries.acme]\nindex = "https://a.dev"\n[net]\ntoken = "x"\n'),
    ],
)
def test_references_placeholders_and_encrypted_passwords_are_none(path: str, text: str) -> None:
    assert by_path(path, text) == []
    assert by_sign(text) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".npmrc", "_auth=" + base64.b64encode(b"admin:admin").decode()),
        ("settings.xml", "<servers><server><username>a</username><password>changeit</password></server></servers>"),
        (".pypirc", "[distutils]\n[local]\nusername: me\npassword: secret123\n"),
    ],
)
def test_a_known_default_is_weak(path: str, text: str) -> None:
    assert [rule for rule, _ in by_path(path, text)] == [RULE + "?"]
