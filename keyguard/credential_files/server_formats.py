"""Formats of applications, servers, networks and deployments. See :mod:`keyguard.credential_files.table`."""

from __future__ import annotations

from keyguard.credential_files.format import Format

#: in a blob of a history, whose name is not known yet
_TELLING = "(?:PASS|PWD|SECRET|TOKEN|KEY)"


def _format(name: str, module: str, paths: str, *signs: str) -> Format:
    """Return a format; ``paths`` are separated by white space."""
    return Format(name, module, tuple(paths.split()), signs)


def _settings(name: str, module: str, paths: str, *signs: str) -> Format:
    """Return a format whose secrets are told by the names of settings."""
    return Format(name, module, tuple(paths.split()), signs, told_by_names=True)


SERVER_FORMATS: tuple[Format, ...] = (
    _settings(
        "configuration of a PHP application",
        "keyguard.credential_files.frameworks.php",
        """
        wp-config.php wp-config-*.php configuration.php settings.php settings.*.php settings.inc.php
        config.inc.php config.php config.*.php config-*.php config/*.php app/etc/env.php parameters.php
        localsettings.php localconfiguration.php main-local.php common.php database.php db.php dbconfig.php
        connection.php
        """,
        r"define\(\s{0,9}['\x22](?:(?:secure_)?auth|logged_in|nonce)_(?:key|salt)['\x22]\s{0,99},\s{0,99}['\x22]",
        r"\bclass\s{1,9}JConfig\b",
    ),
    _settings(
        "settings of a Python application",
        "keyguard.credential_files.frameworks.python_settings",
        """
        settings.py settings_*.py *_settings.py settings/*.py config.py config/*.py *_config.py
        configuration.py production.py instance/*.py
        """,
        r"\bdjango-insecure-",
    ),
    _format(
        "master key of encrypted credentials",
        "keyguard.credential_files.frameworks.master_key",
        "master.key config/credentials/*.key config/*.key",
        r"\A[0-9a-f]{32}\s?\Z",
    ),
    _settings(
        "configuration of a Rails application",
        "keyguard.credential_files.frameworks.rails",
        """
        secrets.yml secrets.yml.* database.yml database.yml.* database.*.yml config/application.yml
        secret_token.rb session_store.rb config/initializers/*.rb config/environments/*.rb
        """,
    ),
    _settings(
        "configuration of a .NET application",
        "keyguard.credential_files.frameworks.dotnet",
        """
        web.config web.*.config app.config app.*.config *.exe.config *.dll.config connectionstrings.config
        appsettings.config appsettings.json appsettings.*.json usersecrets/**/secrets.json *.pubxml.user
        *.publishsettings
        """,
        r"<machineKey\s",
        r"<connectionStrings\b",
        r"\buserPWD=\x22",
        r"\x22ConnectionStrings\x22\s{0,9}:",
    ),
    _settings(
        "configuration of a Java application",
        "keyguard.credential_files.frameworks.java",
        """
        application.properties application-*.properties application.yml application-*.yml application.yaml
        application-*.yaml bootstrap.properties bootstrap-*.properties bootstrap.yml bootstrap-*.yml
        bootstrap.yaml application.conf application-*.conf *.application.conf reference.conf tomcat-users.xml
        context.xml server.xml hibernate.cfg.xml persistence.xml applicationcontext*.xml spring-*.xml *-ds.xml
        standalone*.xml jdbc.properties db.properties database.properties datasource.properties
        druid.properties hibernate.properties config.properties mail.properties redis.properties
        liquibase.properties flyway.conf sonar-project.properties keystore.properties key.properties
        signing.properties
        """,
        r"^spring:\s{1,9}[\w.-]{1,60}:",
        r"\bspring\.datasource\.password[ \t]{0,9}[=:][ \t]{0,9}\S",
    ),
    _settings(
        "configuration of a program",
        "keyguard.credential_files.frameworks.settings_files",
        """
        parameters.yml parameters.yaml parameters.*.yml config.yml config.yaml config.*.yml config-*.yml
        config.*.yaml config-*.yaml config/*.yml config/*.yaml conf/*.yml conf/*.yaml
        config/packages/**/*.yaml settings.yml settings.yaml settings.*.yml settings-*.yml app.yml app.yaml
        app-*.yml config.json config.*.json config/*.json settings.*.json knexfile.js database.json config.js
        config.*.js config/default.js config/production.js config/development.js config/staging.js
        config/local.js config/database.js config/db.js config/env.js config/keys.js config/config.js
        config/index.js config/secrets.js config/auth.js config.ts config.toml config.*.toml config/*.toml
        settings.toml .secrets.toml secrets.toml secrets.yaml secrets.json secret.yml secret.yaml secret.json
        credentials.json credentials.yml credentials.yaml
        """,
    ),
    _format(
        "file of password hashes",
        "keyguard.credential_files.servers.password_files",
        """
        .htpasswd htpasswd *.htpasswd htpasswd* .htpasswd* .htdigest *.htdigest shadow gshadow master.passwd
        smbpasswd passwd passwd.db
        """,
        r"^#?\s?[^\s:#\x22'=(){}<>]{1,64}:!{0,2}(?:\{[\w-]{2,14}\})?\$(?:1|5|6|y|2[abxy]?|apr1|argon2id?)\$[\w./]",
        r"^[^\s:]{1,64}:\d{1,10}:(?:[0-9A-F]{32}|X{32}):[0-9A-F]{32}:\[",
    ),
    _format(
        "WireGuard configuration",
        "keyguard.credential_files.networks.wireguard",
        """
        wg*.conf wireguard/*.conf wireguard/*.key
        """,
        r"\bP(?:rivate|reshared)Key[ \t]{0,9}=[ \t]{0,9}[\x22']?[A-Za-z0-9+/]{43}=",
    ),
    _settings(
        "Docker Compose file",
        "keyguard.credential_files.deployment.compose",
        """
        docker-compose.yml docker-compose*.yml docker-compose.yaml docker-compose*.yaml compose.yml
        compose*.yml compose.yaml compose*.yaml docker-stack*.yml *.compose.yml *-compose.yml stack.yml
        """,
        r"^services:\s{1,9}[\w.-]{1,60}:\s",
    ),
    _format(
        "OpenVPN profile",
        "keyguard.credential_files.networks.openvpn",
        """
        *.ovpn openvpn/*.conf openvpn/**/*.conf
        """,
        r"-----BEGIN OpenVPN (?:Static key V1|tls-crypt-v2 \w{6} key)-----",
        r"<auth-user-pass>\s",
    ),
    _format(
        "secrets of IPsec and PPP",
        "keyguard.credential_files.networks.ipsec",
        """
        ipsec.secrets ipsec.*.secrets ipsec.d/*.secrets swanctl.conf swanctl/**/*.conf chap-secrets
        pap-secrets
        """,
        r":[ \t]{1,9}PSK[ \t]{1,9}\x22[^\x22\s]",
    ),
    _format(
        "password of a wireless network",
        "keyguard.credential_files.networks.wireless",
        """
        wpa_supplicant.conf wpa_supplicant-*.conf hostapd.conf *.nmconnection system-connections/*
        netplan/*.yaml ifcfg-* keys-* iwd/*.psk *.8021x
        """,
        r"^[ \t]{0,20}(?:wpa_passphrase=\S|psk=(?:\x22[^\x22\r\n]{8}|[0-9a-f]{64}))",
        r"<keyMaterial>[^<\s]",
        r"^\[wifi-security\]",
        r"^[ \t]{0,20}wpa-psk[ \t]",
    ),
    _format(
        "configuration of a network device",
        "keyguard.credential_files.networks.devices",
        """
        running-config* startup-config* *-confg
        """,
        r"^[ \t!]{0,9}enable (?:secret|password) \S",
        r"password 7 [0-9]{2}[0-9A-F]{4}",
        r"^snmp-server community \S",
        r"\x22\$9\$[./\w-]{6}",
        r"encrypted-password \x22\$",
        r"^username \S{1,64} (?:privilege \d{1,2} )?(?:password|secret) [0-9] \S",
        r"^crypto isakmp key \S",
    ),
    _format(
        "directory of LDAP",
        "keyguard.credential_files.servers.directory",
        """
        *.ldif slapd.conf ldap.conf nslcd.conf pam_ldap.conf ldap.secret sssd.conf
        """,
        r"^userPassword::?[ \t]{1,9}\S",
        r"^olcRootPW::?[ \t]",
        r"^samba(?:NT|LM)Password: [0-9A-F]{32}",
    ),
    _format(
        "configuration of a server",
        "keyguard.credential_files.servers.service_settings",
        """
        redis.conf redis-*.conf *-redis.conf sentinel.conf users.acl rabbitmq.conf rabbitmq.config
        advanced.config grafana.ini custom.ini odoo.conf odoo-server.conf openerp-server.conf supervisord.conf
        zabbix_server.conf zabbix.conf.php passwd.client elasticsearch.yml kibana.yml logstash.yml
        filebeat.yml metricbeat.yml alertmanager.yml prometheus.yml influxdb.conf gitea/**/app.ini app.ini
        freshrss.conf pgbouncer.ini airflow.cfg superset.ini nextcloud.conf manager.conf sip.conf pjsip.conf
        cachet.conf snmpd.conf radiusd.conf clients.conf bacula-*.conf bareos-*.conf settings.ini config.ini
        local.ini production.ini development.ini
        """,
    ),
    _format(
        "keystore",
        "keyguard.credential_files.servers.keystores",
        """
        *.jks *.jceks *.keystore *.ks *.bks *.p12 *.pfx *.kdbx *.kdb secring.gpg secring.*
        private-keys-v1.d/*.key *.gpg *.pgp
        """,
        r"\xfe\xed\xfe\xed\x00\x00\x00[\x01\x02]\x00",
        r"\xce\xce\xce\xce\x00\x00\x00[\x01\x02]\x00",
        r"\x03\xd9\xa2\x9a[\x65-\x67]\xfb\x4b\xb5",
        r"\x30\x82[\x00-\xff]{2}\x02\x01\x03\x30(?:\x82[\x00-\xff]{2}|\x80)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07",
    ),
    _settings(
        "environment file",
        "keyguard.credential_files.deployment.environment",
        """
        .env .env.* *.env .envrc .flaskenv env.sh
        """,
    ),
    _settings(
        "variables of Ansible",
        "keyguard.credential_files.deployment.ansible",
        """
        group_vars/**/* host_vars/**/* inventory inventory.ini inventory.yml inventory.yaml hosts hosts.ini
        vars.yml vars/*.yml vars/*.yaml defaults/main.yml vault.yml vault.yaml inventory/hosts inventory/*.ini
        inventory/*.yml inventory/*.yaml inventories/**/hosts inventories/**/*.ini inventories/**/*.yml
        inventories/**/*.yaml
        """,
        r"\bansible_(?:ssh_|become_|sudo_|su_|winrm_|httpapi_)?pass(?:word)?[ \t]{0,9}[=:][ \t]{0,9}[^\s{$]",
    ),
    _settings(
        "Terraform state or variables",
        "keyguard.credential_files.deployment.terraform",
        """
        *.tfstate *.tfstate.backup *.tfvars *.tfvars.json *.tf
        """,
        r"\x22terraform_version\x22\s{0,9}:\s{0,9}\x22",
        rf"^variable[ \t]{{1,4}}\x22\w{{0,60}}{_TELLING}\w{{0,30}}\x22[ \t]{{0,4}}\{{",
    ),
    _format(
        "image or service of a machine",
        "keyguard.credential_files.deployment.images",
        """
        dockerfile dockerfile.* dockerfile-* *.dockerfile containerfile *.service *.service.d/*.conf
        """,
        r"\|[ \t]{0,9}(?:sudo[ \t])?(?:/usr/sbin/)?chpasswd\b",
        rf"^(?:ENV|ARG)[ \t]{{1,8}}\w{{0,60}}{_TELLING}\w{{0,30}}[ \t]{{1,8}}[^\s=$]",
    ),
    _format(
        "answers for an installer",
        "keyguard.credential_files.deployment.installers",
        """
        user-data user-data.* cloud-init* cloud-config* ks.cfg *.ks kickstart* ks*.cfg *-ks.cfg preseed*
        *.preseed *.seed unattend*.xml autounattend*.xml sysprep*.xml groups.xml scheduledtasks.xml
        services.xml datasources.xml drives.xml
        """,
        r"^#cloud-config\b",
        r"^[ \t]{0,9}rootpw[ \t]{1,9}\S",
        r"passwd/(?:root|user)-password",
        r"<AdministratorPassword>",
        r"<AutoLogon>",
        r"\bcpassword=\x22[A-Za-z0-9+/]{20}",
    ),
    _settings(
        "values of a deployment",
        "keyguard.credential_files.deployment.values",
        """
        values.yaml values.yml values-*.yaml values-*.yml values.*.yaml values/*.yaml *-values.yaml
        *_values.yaml vagrantfile gitlab.rb attributes/*.rb
        """,
    ),
)
