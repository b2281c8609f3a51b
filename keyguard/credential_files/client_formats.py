"""Formats of clients: package managers, code hosts, databases, clouds. See :mod:`keyguard.credential_files.table`."""

from __future__ import annotations

from keyguard.credential_files.format import Format


def _format(name: str, module: str, paths: str, *signs: str, told_by_names: bool = False) -> Format:
    """Return a format; the paths are separated by spaces or ends of lines."""
    return Format(name, module, tuple(paths.split()), signs, told_by_names)


CLIENT_FORMATS: tuple[Format, ...] = (
    _format(
        "netrc file",
        "keyguard.credential_files.clients.netrc",
        ".netrc _netrc netrc .authinfo _authinfo",
        r"\bmachine\s{1,9}\S{1,100}\s{1,9}login\s{1,9}\S{1,100}\s{1,9}password\s{1,9}\S",
        r"^default\s{1,9}login\s{1,9}\S{1,100}\s{1,9}password\s{1,9}\S",
    ),
    _format(
        "settings of npm",
        "keyguard.credential_files.registries.npm",
        ".npmrc npmrc _npmrc",
        r"/:_(?:authToken|auth|password)[\x22']?[=\s]",
    ),
    _format(
        "settings of Yarn",
        "keyguard.credential_files.registries.yarn",
        ".yarnrc.yml",
        r"\bnpmAuth(?:Token|Ident)[\x22']?:\s{1,4}[\x22']?[A-Za-z0-9]",
    ),
    _format(
        "configuration of Python's package tools",
        "keyguard.credential_files.registries.python",
        ".pypirc pypirc pip.conf pip.ini pip/pip.conf pypoetry/auth.toml",
        r"\[distutils\]\s",
    ),
    _format(
        "settings of Maven",
        "keyguard.credential_files.registries.maven",
        "settings.xml settings-*.xml settings-security.xml *-settings.xml *_settings.xml",
        r"<servers>\s{0,99}<server>",
        r"<settingsSecurity>",
    ),
    _format(
        "properties of Gradle",
        "keyguard.credential_files.registries.gradle",
        "gradle.properties local.properties release.properties",
        told_by_names=True,
    ),
    _format(
        "credentials of sbt, Ivy and Leiningen",
        "keyguard.credential_files.registries.jvm_builds",
        """
        .ivy2/.credentials .sbt/.credentials .ivy2/credentials .sbt/credentials credentials.sbt profiles.clj
        credentials.clj
        """,
        r"\bCredentials\(\s{0,40}\x22[^\x22\\\r\n]{0,200}\x22\s{0,40},\s{0,40}\x22",
        r":username\s{1,20}\x22[^\x22\\\r\n]{1,200}\x22[\s,]{1,40}:pass",
    ),
    _format(
        "settings of Bun",
        "keyguard.credential_files.registries.bun",
        "bunfig.toml .bunfig.toml",
    ),
    _format(
        "configuration of NuGet",
        "keyguard.credential_files.registries.nuget",
        "nuget.config",
        r"\bClearTextPassword[\x22']\s{1,9}value\s{0,4}=",
        told_by_names=True,
    ),
    _format(
        "credentials of git and code hosts",
        "keyguard.credential_files.clients.git",
        """
        .git-credentials git-credentials git/credentials .gitconfig gitconfig git/config .git/config .config/hub
        gh/hosts.yml glab-cli/config.yml tea/config.yml
        """,
    ),
    _format(
        "credentials for image registries",
        "keyguard.credential_files.clients.docker",
        """
        .docker/config.json docker/config.json .dockercfg .dockerconfigjson dockerconfig.json
        containers/auth.json helm/registry.json helm/registry/config.json
        """,
        r"\bauths\\?[\x22']?\s{0,9}[:=]\s{0,9}\{\s{0,99}\\?[\x22']",
        r"\\?[\x22']auth\\?[\x22']\s{0,9}:\s{0,9}\\?[\x22'][A-Za-z0-9+/]{11}",
    ),
    _format(
        "kubeconfig",
        "keyguard.credential_files.clouds.kubeconfig",
        ".kube/config kubeconfig *.kubeconfig kubeconfig.yml kubeconfig.yaml kubeconfig.json",
        r"\bclient-key-data[\x22']?:\s{1,9}[\x22']?[A-Za-z0-9]",
        r"\bcurrent-context[\x22']?:\s",
        r"^\s{0,9}user:\s{1,40}(?:token|client-certificate-data):\s{1,9}[\x22']?[A-Za-z0-9]",
    ),
    _format(
        "Kubernetes Secret",
        "keyguard.credential_files.clouds.kubernetes_secret",
        "",
        r"\bkind[\x22']?:\s{1,9}[\x22']?Secret[\x22']?[\s,}]",
    ),
    _format(
        "passwords for PostgreSQL",
        "keyguard.credential_files.clients.postgres",
        ".pgpass pgpass pgpass.conf pg_service.conf .pg_service.conf",
        r":(?:54\d\d|6432|6543|25060|\*):[\w.*-]{1,63}:[\w.*-]{1,63}:[^\s:]",
    ),
    _format(
        "option file of MySQL",
        "keyguard.credential_files.clients.mysql",
        ".my.cnf my.cnf my.ini *.my.cnf mysql.cnf client.cnf .mysql.cnf",
        r"\[(?:client|mysqldump|mysqladmin)\]\s{1,20}(?:user|password|host|port|socket)\s{0,9}=",
        told_by_names=True,
    ),
    _format(
        "login paths of MySQL",
        "keyguard.credential_files.clients.mysql_login",
        ".mylogin.cnf mylogin.cnf",
    ),
    _format(
        "credentials of AWS and of object storage",
        "keyguard.credential_files.clouds.aws",
        ".aws/credentials .aws/config aws/credentials aws_credentials .s3cfg s3cfg .boto",
        r"^aws_(?:session|security)_token\s{0,9}=\s{0,9}[A-Za-z0-9+/]{9}",
        r"^host_bucket\s{0,9}=\s{0,9}\S",
    ),
    _format(
        "settings of Composer",
        "keyguard.credential_files.registries.composer",
        "auth.json .composer/auth.json",
        r"\\?\x22(?:http-basic|(?:github|gitlab)-oauth|gitlab-token)\\?\x22\s{0,9}:\s{0,9}\{",
        r"\x22bearer\x22\s{0,9}:\s{0,9}\{\s{0,99}\x22[\w-]{1,60}\.[\w.-]{1,60}\x22",
    ),
    _format(
        "settings of Bundler and RubyGems",
        "keyguard.credential_files.registries.ruby",
        ".bundle/config bundle/config .gem/credentials gem/credentials",
        r"\bBUNDLE_[A-Z0-9_]{1,60}__[A-Z0-9_]{2,60}[\x22']?[\s:=]{1,9}[\x22']?[^\s:\x22'$/]{1,100}:[^\s\x22'@/\\]",
        r":rubygems_api_key:\s",
    ),
    _format(
        "credentials of Cargo",
        "keyguard.credential_files.registries.cargo",
        ".cargo/credentials .cargo/credentials.toml .cargo/config .cargo/config.toml cargo/credentials.toml",
        r"\[registr(?:y|ies\.[\w-]{1,40})\]\s{1,9}token\s{0,4}=\s{0,4}[\x22']\S",
    ),
    _format(
        "credentials of Google",
        "keyguard.credential_files.clouds.google",
        """
        application_default_credentials.json adc.json client_secret*.json client_secrets.json token.json
        oauth2client.json
        """,
        r"\x22authorized_user\x22",
        r"\x22(?:installed|web)\x22\s{0,9}:\s{0,9}\{\s{0,99}\x22client_id\x22",
    ),
    _format(
        "credentials of Azure",
        "keyguard.credential_files.clouds.azure",
        ".azure/accesstokens.json accesstokens.json .azure/*.json azureauth.json msal_token_cache.json",
        r"\x22activeDirectoryEndpointUrl\x22",
        r"\x22appId\x22\s{0,9}:\s{0,9}\x22[0-9a-f-]{36}\x22",
        r"\x22credential_type\x22\s{0,9}:\s{0,9}\x22(?:Refresh|Access)Token\x22",
        r"\x22_authority\x22\s{0,9}:\s{0,9}\x22https:",
    ),
    _format(
        "configuration of rclone",
        "keyguard.credential_files.clouds.rclone",
        "rclone.conf .rclone.conf rclone/*.conf",
        r"^type\s=\s(?:sftp|drive|s3|crypt|ftp|webdav|dropbox|onedrive|b2|smb|swift|koofr|mega|pcloud|box)\r?$",
    ),
    _format(
        "configuration of a command line for a service",
        "keyguard.credential_files.clouds.command_lines",
        """
        doctl/config.yaml .terraformrc terraform.rc credentials.tfrc.json .terraform.d/*.json ngrok.yml
        .ngrok2/*.yml ngrok.yaml clouds.yaml secure.yaml clouds-public.yaml .fly/config.yml .circleci/cli.yml
        kaggle.json .pulumi/credentials.json .mc/config.json mc/config.json linode-cli
        hcloud/cli.toml .oci/config .trc .tugboat helm/repositories.yaml .ansible/galaxy_token lab/lab.toml
        .travis/config.yml .databrickscfg
        .snowsql/config snowflake/connections.toml .ossutilconfig
        .s3ql/authinfo2 .dbt/profiles.yml profiles.yml com.vercel.cli/auth.json netlify/config.json
        configstore/*.json .wakatime.cfg .testim transifexrc .transifexrc .twilio-cli/config.json scw/config.yaml
        exoscale.toml .sentryclirc .jfrog/jfrog-cli.conf* .influxdbv2/configs .ibmcloud/config.json
        .config/op/config .cf/config.json .rancher/cli2.json argocd/config .argocd/config .okta/okta.yaml
        .akamai-cli .edgerc
        """,
        r"\bcredentials\s{1,4}\x22[\w.-]{3,80}\x22\s{0,4}\{\s{1,40}token\s{0,9}=",
        r"\{\s{0,9}\x22username\x22\s{0,4}:\s{0,4}\x22[\w.-]{1,60}\x22\s{0,4},\s{0,9}\x22key\x22\s{0,4}:\s{0,4}\x22[0-9a-f]{32}\x22",
        told_by_names=True,
    ),
    _format(
        "token of Vault",
        "keyguard.credential_files.clouds.vault_token",
        ".vault-token vault-token vault_token",
        r"\As\.[A-Za-z0-9]{24}\s?\Z",
    ),
    _format(
        "passwords for file transfer and remote desktops",
        "keyguard.credential_files.clients.file_transfer",
        """
        sitemanager.xml recentservers.xml filezilla.xml filezilla/*.xml webservers.xml winscp.ini sftp-config.json
        sftp-config-alt*.json .vscode/sftp.json .vscode/ftp-sync.json .vscode/ftp-kr.json .vscode/ftp-simple.json
        sftp.json ftp-sync.json .ftpconfig .sftpconfig.json .ftppass .remote-sync.json ftpsync.settings
        .smbcredentials *.smbcredentials smbcredentials .cifs cifs.credentials .cifscredentials davfs2/secrets
        .davfs2/secrets remmina.pref *.remmina
        """,
        r"<Pass(?:\sencoding=\x22base64\x22)?>[^<\s]",
        r"\x22upload_?on_?save\x22\s{0,4}:",
        r"^\[Sessions\\[^\]\r\n]{1,100}\]",
    ),
    _format(
        "passwords of programs for mail and chat",
        "keyguard.credential_files.clients.mail",
        """
        .msmtprc msmtprc msmtp/config .muttrc muttrc mutt/* neomutt/* .neomuttrc .fetchmailrc fetchmailrc
        .offlineimaprc offlineimaprc offlineimap/config .mbsyncrc mbsyncrc .getmailrc getmail/* getmailrc .mailrc
        mailrc ssmtp.conf .esmtprc esmtprc sasl_passwd sasl_passwd.* sasl_password relay_passwd passwd.client
        aerc/accounts.conf .irssi/config irssi/config weechat/irc.conf .weechat/irc.conf irc.conf .pinerc sendmailrc
        .nmhrc himalaya/config.toml alot/config weechat/*.conf
        """,
        r"^auth\s{1,9}(?:on|plain|login)\r?$",
        r"^account\s{1,9}default\b",
        r"^\s{0,9}(?:passwordeval|tls_trust_file|tls_starttls|IMAPAccount|PassCmd)\s{1,9}\S",
        r"\bset\s{1,4}(?:imap|smtp|pop)_pass\s{0,4}=\s{0,4}[\x22']?[^\s\x22'`$]",
        r"\bthere\s{1,9}(?:with\s{1,9})?pass(?:word)?\s{1,9}[\x22'][^\x22'\s]",
        r"^(?:remotepass|AuthPass)\s{0,4}=\s{0,4}\S",
        r"\]:(?:25|465|587|2525|submission|smtps?)\s{1,9}[^\s:]{1,100}:\S",
        r"\bsasl_password\s{0,4}=\s{0,4}\x22[^\x22$\s]",
        r"\bnickserv\s{1,4}:?identify\s{1,4}[^\s%\x22'<{$]",
    ),
    _format(
        "settings of programs for downloads",
        "keyguard.credential_files.clients.downloads",
        ".wgetrc wgetrc .curlrc _curlrc curlrc aria2.conf aria2/*.conf .netrc.curl .axelrc .lftprc lftp/rc",
        r"^(?:http|ftp|(?:http[_-]?)?proxy)_?passw(?:or)?d[ \t]{0,9}=[ \t]{0,9}[^\s$<{]",
        r"^user[ \t]{0,9}=[ \t]{0,9}\x22[^\s:\x22/$<{]{1,60}:[^\s\x22$<{]{3}",
    ),
    _format(
        "connections of database clients",
        "keyguard.credential_files.clients.database_tools",
        """
        odbc.ini .odbc.ini robomongo.json .dbeaver-data-sources.xml robo3t.json sqlectron.json .sqlectron.json
        sqlaliases23.xml
        sqlaliases23_treestructure.xml connections.ncx usql/config.yaml .usqlpass mycli.cnf .myclirc
        pgcli/config cqlshrc .cassandra/credentials ormconfig.json
        """,
        told_by_names=True,
    ),
    _format(
        "logins of Firefox",
        "keyguard.credential_files.clients.firefox",
        "logins.json",
        r"\x22encryptedPassword\x22\s{0,4}:\s{0,4}\x22[A-Za-z0-9+/]{9}",
    ),
    _format(
        "file with credentials in base64",
        "keyguard.credential_files.clouds.encoded_files",
        "",
        r"(?-i:LS0tLS1CRUdJTiB(?:QUklWQVRF|SU0EgUFJJVkF|FQyBQUklWQVR|PUEVOU1NIIFB|EU0EgUFJJVkF|QR1AgUFJJVkF)[\w+/]{9})",
        r"(?-i:eyJ0eXBlIjoic2VydmljZV9hY2Nv|eyJ0eXBlIjogInNlcnZpY2VfYWNj)",
        r"(?-i:ewogICJ0eXBlIjogInNlcnZpY2VfYWNj|ewogICAgInR5cGUiOiAic2VydmljZV9hY2Nv)",
        r"(?-i:(?:eyJhdXRocyI6|ewogICJhdXRocyI6|ewoJImF1dGhzI|ewogICAgImF1dGhzI)[\w+/]{19})",
        r"(?-i:YXBpVmVyc2lvbjogdjEK[\w+/]{40})",
    ),
    _format(
        "JSON Web Key",
        "keyguard.credential_files.clients.jwk",
        "",
        r"\bkty(?:\\{0,7}['\x22])?\s{0,9}(?:[:=]|=>)\s{0,9}\\{0,7}['\x22](?-i:RSA|EC|OKP|oct|AKP)\\{0,7}['\x22]",
    ),
)
