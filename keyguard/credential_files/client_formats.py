"""Formats of clients: package managers, code hosts, databases, clouds. See :mod:`keyguard.credential_files.table`."""

from __future__ import annotations

from keyguard.credential_files.format import Format


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CLIENT_FORMATS: tuple[Format, ...] = (
    Format(
        "netrc file",
        "keyguard.credential_files.clients.netrc",
        paths=(".netrc", "_netrc", "netrc", ".authinfo", "_authinfo"),
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
        paths=_names(
            """
            .pypirc pypirc pip.conf pip.ini pip/pip.conf pypoetry/auth.toml
            """
        ),
        signs=(r"\[distutils\]\s",),
    ),
    Format(
        "settings of Maven",
        "keyguard.credential_files.registries.maven",
        paths=_names(
            """
            settings.xml settings-*.xml settings-security.xml *-settings.xml *_settings.xml
            """
        ),
        signs=(r"<servers>\s{0,99}<server>", r"<settingsSecurity>"),
    ),
    Format(
        "properties of Gradle",
        "keyguard.credential_files.registries.gradle",
        paths=(
            "gradle.properties",
            "local.properties",
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
        paths=_names(
            """
            .git-credentials git-credentials git/credentials .gitconfig gitconfig git/config .git/config .config/hub
            gh/hosts.yml glab-cli/config.yml tea/config.yml
            """
        ),
    ),
    Format(
        "credentials for image registries",
        "keyguard.credential_files.clients.docker",
        paths=_names(
            """
            .docker/config.json docker/config.json .dockercfg .dockerconfigjson dockerconfig.json
            containers/auth.json
            """
        ),
        signs=(
            r"\bauths\\?[\x22']?\s{0,9}[:=]\s{0,9}\{\s{0,99}\\?[\x22']",
            r"\\?[\x22']auth\\?[\x22']\s{0,9}:\s{0,9}\\?[\x22'][A-Za-z0-9+/]{11}",
        ),
    ),
    Format(
        "kubeconfig",
        "keyguard.credential_files.clouds.kubeconfig",
        paths=_names(
            """
            .kube/config kubeconfig *.kubeconfig kubeconfig.yml kubeconfig.yaml kubeconfig.json
            """
        ),
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
        paths=_names(
            """
            .my.cnf my.cnf my.ini *.my.cnf mysql.cnf client.cnf .mysql.cnf
            """
        ),
        signs=(r"\[(?:client|mysqldump|mysqladmin)\]\s{1,20}(?:user|password|host|port|socket)\s{0,9}=",),
    ),
    Format(
        "credentials of AWS and of object storage",
        "keyguard.credential_files.clouds.aws",
        paths=_names(
            """
            .aws/credentials .aws/config aws/credentials aws_credentials .s3cfg s3cfg .boto
            """
        ),
        signs=(
            r"^aws_(?:session|security)_token\s{0,9}=\s{0,9}[A-Za-z0-9+/]{9}",
            r"^host_bucket\s{0,9}=\s{0,9}\S",
        ),
    ),
    Format(
        "settings of Composer",
        "keyguard.credential_files.registries.composer",
        paths=(
            "auth.json",
            ".composer/auth.json",
        ),
        signs=(r"\\?\x22(?:http-basic|(?:github|gitlab)-oauth|gitlab-token)\\?\x22\s{0,9}:\s{0,9}\{",),
    ),
    Format(
        "settings of Bundler and RubyGems",
        "keyguard.credential_files.registries.ruby",
        paths=(
            ".bundle/config",
            "bundle/config",
            ".gem/credentials",
            "gem/credentials",
        ),
        signs=(
            r"\bBUNDLE_[A-Z0-9_]{1,60}__[A-Z0-9_]{2,60}[\x22']?[\s:=]{1,9}[\x22']?[^\s:\x22'$/]{1,100}:[^\s\x22'@/\\]",
            r":rubygems_api_key:\s",
        ),
    ),
    Format(
        "credentials of Cargo",
        "keyguard.credential_files.registries.cargo",
        paths=_names(
            """
            .cargo/credentials .cargo/credentials.toml .cargo/config .cargo/config.toml cargo/credentials.toml
            """
        ),
        signs=(r"\[registr(?:y|ies\.[\w-]{1,40})\]\s{1,9}token\s{0,4}=\s{0,4}[\x22']\S",),
    ),
    Format(
        "credentials of Google",
        "keyguard.credential_files.clouds.google",
        paths=_names(
            """
            application_default_credentials.json adc.json client_secret*.json client_secrets.json token.json
            oauth2client.json
            """
        ),
        signs=(
            r"\x22authorized_user\x22",
            r"\x22(?:installed|web)\x22\s{0,9}:\s{0,9}\{\s{0,99}\x22client_id\x22",
        ),
    ),
    Format(
        "credentials of Azure",
        "keyguard.credential_files.clouds.azure",
        paths=_names(
            """
            .azure/accesstokens.json accesstokens.json .azure/*.json azureauth.json msal_token_cache.json
            """
        ),
        signs=(
            r"\x22activeDirectoryEndpointUrl\x22",
            r"\x22appId\x22\s{0,9}:\s{0,9}\x22[0-9a-f-]{36}\x22",
            r"\x22credential_type\x22\s{0,9}:\s{0,9}\x22(?:Refresh|Access)Token\x22",
            r"\x22_authority\x22\s{0,9}:\s{0,9}\x22https:",
        ),
    ),
    Format(
        "configuration of rclone",
        "keyguard.credential_files.clouds.rclone",
        paths=(
            "rclone.conf",
            ".rclone.conf",
            "rclone/*.conf",
        ),
        signs=(
            r"^type\s=\s(?:sftp|drive|s3|crypt|ftp|webdav|dropbox|onedrive|b2|smb|swift|koofr|mega|pcloud|box)\r?$",
        ),
    ),
    Format(
        "configuration of a command line for a service",
        "keyguard.credential_files.clouds.command_lines",
        paths=_names(
            """
            doctl/config.yaml .terraformrc terraform.rc credentials.tfrc.json .terraform.d/*.json ngrok.yml
            .ngrok2/*.yml ngrok.yaml clouds.yaml secure.yaml clouds-public.yaml .fly/config.yml .circleci/cli.yml
            .vault-token vault-token kaggle.json .pulumi/credentials.json .mc/config.json mc/config.json linode-cli
            hcloud/cli.toml .oci/config .databrickscfg .snowsql/config snowflake/connections.toml .ossutilconfig
            .s3ql/authinfo2 .dbt/profiles.yml profiles.yml com.vercel.cli/auth.json netlify/config.json
            configstore/*.json .wakatime.cfg .testim transifexrc .transifexrc .twilio-cli/config.json scw/config.yaml
            exoscale.toml .sentryclirc .jfrog/jfrog-cli.conf* .influxdbv2/configs .ibmcloud/config.json
            .config/op/config .cf/config.json .rancher/cli2.json argocd/config .argocd/config .okta/okta.yaml
            .akamai-cli .edgerc
            """
        ),
        signs=(
            r"\bcredentials\s{1,4}\x22[\w.-]{3,80}\x22\s{0,4}\{\s{1,40}token\s{0,9}=",
            r"\{\s{0,9}\x22username\x22\s{0,4}:\s{0,4}\x22[\w.-]{1,60}\x22\s{0,4},\s{0,9}\x22key\x22\s{0,4}:\s{0,4}\x22[0-9a-f]{32}\x22",
        ),
    ),
    Format(
        "passwords for file transfer and remote desktops",
        "keyguard.credential_files.clients.file_transfer",
        paths=_names(
            """
            sitemanager.xml recentservers.xml filezilla.xml filezilla/*.xml webservers.xml winscp.ini
            sftp-config.json sftp-config-alt*.json .vscode/sftp.json .vscode/ftp-sync.json .vscode/ftp-kr.json
            .vscode/ftp-simple.json sftp.json ftp-sync.json .ftpconfig .sftpconfig.json .ftppass .remote-sync.json
            ftpsync.settings .smbcredentials *.smbcredentials smbcredentials .cifs cifs.credentials .cifscredentials
            davfs2/secrets .davfs2/secrets remmina.pref *.remmina
            """
        ),
        signs=(
            r"<Pass(?:\sencoding=\x22base64\x22)?>[^<\s]",
            r"^\[Sessions\\[^\]\r\n]{1,100}\]",
        ),
    ),
    Format(
        "passwords of programs for mail and chat",
        "keyguard.credential_files.clients.mail",
        paths=_names(
            """
            .msmtprc msmtprc msmtp/config .muttrc muttrc mutt/* neomutt/* .neomuttrc .fetchmailrc fetchmailrc
            .offlineimaprc offlineimaprc offlineimap/config .mbsyncrc mbsyncrc .getmailrc getmail/* getmailrc .mailrc
            mailrc ssmtp.conf .esmtprc esmtprc sasl_passwd sasl_passwd.* aerc/accounts.conf .irssi/config
            irssi/config weechat/irc.conf .weechat/irc.conf irc.conf .pinerc sendmailrc .nmhrc himalaya/config.toml
            alot/config weechat/*.conf
            """
        ),
    ),
    Format(
        "settings of programs for downloads",
        "keyguard.credential_files.clients.downloads",
        paths=_names(
            """
            .wgetrc wgetrc .curlrc _curlrc curlrc aria2.conf aria2/*.conf .netrc.curl .axelrc .lftprc lftp/rc
            """
        ),
    ),
    Format(
        "connections of database clients",
        "keyguard.credential_files.clients.database_tools",
        paths=_names(
            """
            odbc.ini .odbc.ini robomongo.json robo3t.json sqlectron.json .sqlectron.json sqlaliases23.xml
            sqlaliases23_treestructure.xml connections.ncx *.ncx usql/config.yaml .usqlpass mycli.cnf .myclirc
            pgcli/config ormconfig.json
            """
        ),
    ),
    Format(
        "private key of PuTTY",
        "keyguard.credential_files.clients.putty",
        paths=("*.ppk",),
        signs=(r"^PuTTY-User-Key-File-[23]:",),
    ),
    Format(
        "logins of Firefox",
        "keyguard.credential_files.clients.firefox",
        paths=("logins.json",),
        signs=(r"\x22encryptedPassword\x22\s{0,4}:\s{0,4}\x22[A-Za-z0-9+/]{9}",),
    ),
)
