"""Formats of clients: package managers, code hosts, databases, clouds. See :mod:`keyguard.credential_files.table`."""

from __future__ import annotations

from keyguard.credential_files.format import Format

CLIENT_FORMATS: tuple[Format, ...] = (
    Format(
        "netrc file",
        "keyguard.credential_files.clients.netrc",
        paths=(".netrc", "_netrc", "netrc"),
        signs=(r"\bmachine\s{1,9}\S{1,100}\s{1,9}login\s{1,9}\S{1,100}\s{1,9}password\s{1,9}\S",),
    ),
    Format(
        "settings of npm",
        "keyguard.credential_files.registries.npm",
        paths=(".npmrc", "npmrc", "_npmrc"),
        signs=(r"/:_(?:authToken|auth|password)[\x22']?[=\s]",),
    ),
    Format(
        "settings of Yarn",
        "keyguard.credential_files.registries.yarn",
        paths=(".yarnrc.yml",),
        signs=(r"\bnpmAuth(?:Token|Ident)[\x22']?:\s{1,4}[\x22']?[A-Za-z0-9]",),
    ),
    Format(
        "configuration of Python's package tools",
        "keyguard.credential_files.registries.python",
        paths=(".pypirc", "pypirc", "pip.conf", "pip.ini", "pip/pip.conf", "pypoetry/auth.toml"),
        signs=(r"\[distutils\]\s",),
    ),
    Format(
        "settings of Maven",
        "keyguard.credential_files.registries.maven",
        paths=("settings.xml", "settings-*.xml", "settings-security.xml", "*-settings.xml", "*_settings.xml"),
        signs=(r"<servers>\s{0,99}<server>", r"<settingsSecurity>"),
    ),
    Format(
        "properties of Gradle",
        "keyguard.credential_files.registries.gradle",
        paths=(
            "gradle.properties",
            "local.properties",
            "keystore.properties",
            "key.properties",
            "signing.properties",
            "release.properties",
        ),
    ),
    Format(
        "configuration of NuGet",
        "keyguard.credential_files.registries.nuget",
        paths=("nuget.config",),
        signs=(r"\bClearTextPassword[\x22']\s{1,9}value\s{0,4}=",),
    ),
    Format(
        "credentials of git and code hosts",
        "keyguard.credential_files.clients.git",
        paths=(
            ".git-credentials",
            "git-credentials",
            "git/credentials",
            ".gitconfig",
            "gitconfig",
            "git/config",
            ".git/config",
            ".config/hub",
            "gh/hosts.yml",
            "glab-cli/config.yml",
            "tea/config.yml",
        ),
    ),
    Format(
        "credentials for image registries",
        "keyguard.credential_files.clients.docker",
        paths=(
            ".docker/config.json",
            "docker/config.json",
            ".dockercfg",
            ".dockerconfigjson",
            "dockerconfig.json",
            "containers/auth.json",
        ),
        signs=(
            r"\bauths\\?[\x22']?\s{0,9}[:=]\s{0,9}\{\s{0,99}\\?[\x22']",
            r"\\?[\x22']auth\\?[\x22']\s{0,9}:\s{0,9}\\?[\x22'][A-Za-z0-9+/]{11}",
        ),
    ),
    Format(
        "kubeconfig",
        "keyguard.credential_files.clouds.kubeconfig",
        paths=(".kube/config", "kubeconfig", "*.kubeconfig", "kubeconfig.yml", "kubeconfig.yaml", "kubeconfig.json"),
        signs=(
            r"\bclient-key-data[\x22']?:\s{1,9}[\x22']?[A-Za-z0-9]",
            r"\bcurrent-context[\x22']?:\s",
            r"^\s{0,9}user:\s{1,40}(?:token|client-certificate-data):\s{1,9}[\x22']?[A-Za-z0-9]",
        ),
    ),
    Format(
        "Kubernetes Secret",
        "keyguard.credential_files.clouds.kubernetes_secret",
        signs=(r"\bkind[\x22']?:\s{1,9}[\x22']?Secret[\x22']?[\s,}]",),
    ),
    Format(
        "passwords for PostgreSQL",
        "keyguard.credential_files.clients.postgres",
        paths=(".pgpass", "pgpass", "pgpass.conf", "pg_service.conf", ".pg_service.conf"),
        signs=(r":(?:5432|5433|6432):[\w.*-]{1,63}:[\w.*-]{1,63}:[^\s:]",),
    ),
    Format(
        "option file of MySQL",
        "keyguard.credential_files.clients.mysql",
        paths=(".my.cnf", "my.cnf", "my.ini", "*.my.cnf", "mysql.cnf", "client.cnf", ".mysql.cnf"),
        signs=(r"\[(?:client|mysqldump|mysqladmin)\]\s{1,20}(?:user|password|host|port|socket)\s{0,9}=",),
    ),
    Format(
        "credentials of AWS and of object storage",
        "keyguard.credential_files.clouds.aws",
        paths=(".aws/credentials", ".aws/config", "aws/credentials", "aws_credentials", ".s3cfg", "s3cfg", ".boto"),
        signs=(
            r"^aws_(?:session|security)_token\s{0,9}=\s{0,9}[A-Za-z0-9+/]{9}",
            r"^host_bucket\s{0,9}=\s{0,9}\S",
        ),
    ),
)
