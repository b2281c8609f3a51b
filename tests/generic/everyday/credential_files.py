"""Positives: files that exist to hold credentials, or that hold them by their format."""

from __future__ import annotations

from tests.generic.everyday.kinds import Kind


def _file(name: str, paths: tuple[str, ...], *variants: str, value: str = "plain") -> Kind:
    return Kind(name, paths, variants, "", value, "file")


KINDS = (
    _file("netrc", (".netrc", "_netrc", "home/.netrc"), "machine <<host>> login <<user>> password <<secret>>\n",
          "machine <<host>>\n  login <<user>>\n  password <<secret>>\n\nmachine other.example\n  login <<user>>\n", "default login <<user>> password <<secret>>\n"),
    _file("npmrc token", (".npmrc", "web/.npmrc"), "registry=https://<<host>>/\n//<<host>>/:_authToken=<<secret>>\n", "@<<part>>:registry=https://<<host>>\n//<<host>>/npm/:_authToken=\"<<secret>>\"\n", value="alphanumeric"),
    _file("npmrc auth", (".npmrc",), "registry=https://<<host>>/\n_auth=<<secret>>\nalways-auth=true\n", "//<<host>>/:_auth=<<secret>>\n", value="pair"),
    _file("npmrc password", (".npmrc",), "//<<host>>/:username=<<user>>\n//<<host>>/:_password=<<secret:b64>>\n"),
    _file("yarnrc", (".yarnrc.yml",), 'npmRegistries:\n  "https://<<host>>":\n    npmAuthToken: <<secret>>\n', 'npmAuthToken: "<<secret>>"\nnodeLinker: node-modules\n', value="alphanumeric"),
    _file("pypirc", (".pypirc",), "[distutils]\nindex-servers = private\n\n[private]\nrepository = https://<<host>>\nusername = <<user>>\npassword = <<secret>>\n"),
    _file("pgpass", (".pgpass", "pgpass.conf"), "<<host>>:5432:<<part>>:<<user>>:<<secret>>\n", "*:*:*:<<user>>:<<secret>>\n"),
    _file("my.cnf", (".my.cnf", "my.cnf"), "[client]\nuser = <<user>>\npassword = <<secret>>\nhost = <<host>>\n", "[mysqldump]\nuser=<<user>>\npassword='<<secret>>'\n"),
    _file("git credentials", (".git-credentials",), "https://<<user>>:<<secret>>@<<host>>\n", "https://oauth2:<<secret>>@<<host>>\nhttps://example.org\n", value="alphanumeric"),
    _file("docker config", ("config.json", ".docker/config.json", ".dockerconfigjson"), '{"auths": {"<<host>>": {"auth": "<<secret>>"}}}\n', '{\n  "auths": {\n    "https://index.docker.io/v1/": {\n      "auth": "<<secret>>"\n    }\n  }\n}\n', value="pair"),
    _file("kubeconfig token", ("kubeconfig", ".kube/config", "admin.conf"), "apiVersion: v1\nkind: Config\nclusters:\n- name: prod\n  cluster:\n    server: https://<<host>>:6443\nusers:\n- name: <<user>>\n  user:\n    token: <<secret>>\n", value="alphanumeric"),
    _file("kubeconfig key", ("kubeconfig.yaml", "cluster.yml"), "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    client-certificate-data: <<certificate>>\n    client-key-data: <<secret>>\n", value="key_data"),
    _file("kubeconfig password", ("kubeconfig", "cluster-admin.yaml"), "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    username: <<user>>\n    password: <<secret>>\n"),
    _file("s3cfg", (".s3cfg",), "[default]\naccess_key = <<part>>\nhost_base = <<host>>\nsecret_key = <<secret>>\nuse_https = True\n", value="base64_30"),
    _file("aws credentials", (".aws/credentials",), "[minio]\naws_access_key_id = <<part>>user\naws_secret_access_key = <<secret>>\n", value="base64_30"),
    _file("rclone", ("rclone.conf",), "[nas]\ntype = webdav\nurl = https://<<host>>\nuser = <<user>>\npass = <<secret>>\n", "[b2]\ntype = b2\naccount = <<part>>\nkey = <<secret>>\n", value="urlsafe"),
    _file("filezilla", ("sitemanager.xml", "recentservers.xml", "FileZilla.xml"),
          '<?xml version="1.0"?>\n<FileZilla3>\n<Servers><Server><Host><<host>></Host><Port>21</Port><User><<user>></User><Pass encoding="base64"><<secret:b64>></Pass></Server></Servers>\n</FileZilla3>\n',
          "<FileZilla3><Servers><Server><Host><<host>></Host><User><<user>></User><Pass><<secret>></Pass></Server></Servers></FileZilla3>\n"),
    _file("maven", ("settings.xml", ".m2/settings.xml"), "<settings>\n  <servers>\n    <server>\n      <id>releases</id>\n      <username><<user>></username>\n      <password><<secret>></password>\n    </server>\n  </servers>\n</settings>\n"),
    _file("gradle", ("gradle.properties",), "org.gradle.jvmargs=-Xmx2g\nnexusUser=<<user>>\nnexusPassword=<<secret>>\n", "signing.keyId=24875D73\nsigning.password=<<secret>>\n"),
    _file("nuget", ("nuget.config", "NuGet.Config"), '<configuration>\n  <packageSourceCredentials>\n    <Feed>\n      <add key="Username" value="<<user>>" />\n      <add key="ClearTextPassword" value="<<secret>>" />\n    </Feed>\n  </packageSourceCredentials>\n</configuration>\n'),
    _file("composer", ("auth.json",), '{"http-basic": {"<<host>>": {"username": "<<user>>", "password": "<<secret>>"}}}\n', '{"bearer": {"<<host>>": "<<secret>>"}}\n', value="alphanumeric"),
    _file("bundler", (".bundle/config",), '---\nBUNDLE_PATH: "vendor"\nBUNDLE_GEMS__CONTRIBSYS__COM: "<<user>>:<<secret>>"\n', value="alphanumeric"),
    _file("cargo", (".cargo/credentials.toml", "credentials.toml"), '[registry]\ntoken = "<<secret>>"\n', '[registries.private]\ntoken = "<<secret>>"\n', value="alphanumeric"),
    _file("wp-config password", ("wp-config.php",), "<?php\ndefine( 'DB_NAME', '<<part>>' );\ndefine( 'DB_USER', '<<user>>' );\ndefine( 'DB_PASSWORD', '<<secret>>' );\ndefine( 'DB_HOST', 'localhost' );\n", value="password"),
    _file("wp-config salt", ("wp-config.php", "public/wp-config.php"), "<?php\ndefine( 'DB_NAME', '<<part>>' );\ndefine('AUTH_KEY',         '<<secret>>');\n", "<?php\ndefine('NONCE_SALT',       '<<secret>>');\n", value="salt"),
    _file("django", ("project/settings.py", "settings/production.py"), "import os\nDEBUG = False\nSECRET_KEY = '<<secret>>'\nALLOWED_HOSTS = ['<<host>>']\n", "SECRET_KEY = 'django-insecure-<<secret>>'\nROOT_URLCONF = 'x.urls'\n", value="django_key"),
    _file("django database", ("project/settings.py",), "DATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.mysql',\n        'USER': '<<user>>',\n        'PASSWORD': '<<secret>>',\n    }\n}\n", value="password"),
    _file("rails secrets", ("config/secrets.yml",), "production:\n  secret_key_base: <<secret>>\n", "development:\n  secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>\nproduction:\n  secret_key_base: <<secret>>\n", value="hex128"),
    _file("rails master key", ("config/master.key", "config/credentials/production.key"), "<<secret>>", "<<secret>>\n", value="hex32"),
    _file("rails database", ("config/database.yml",), "production:\n  adapter: postgresql\n  database: <<part>>\n  username: <<user>>\n  password: <<secret>>\n  host: <<host>>\n"),
    _file("devise", ("config/initializers/devise.rb",), "Devise.setup do |config|\n  config.secret_key = '<<secret>>'\n  config.stretches = 12\nend\n", value="hex128"),
    _file("spring", ("src/main/resources/application.yml", "application-prod.yml"), "spring:\n  datasource:\n    url: jdbc:mysql://<<host>>/<<part>>\n    username: <<user>>\n    password: <<secret>>\n", "spring:\n  mail:\n    host: <<host>>\n    password: <<secret>>\n",
          "jwt:\n  secret: <<secret>>\n  expiration: 3600\n"),
    _file("laravel key", (".env",), "APP_NAME=<<part>>\nAPP_KEY=base64:<<secret>>\nAPP_DEBUG=false\n", value="base64_32"),
    _file("symfony", (".env", "config/parameters.yml"), "APP_ENV=prod\nAPP_SECRET=<<secret>>\n", "parameters:\n    database_host: <<host>>\n    secret: <<secret>>\n", value="hex32"),
    _file("web.config keys", ("web.config",), '<configuration><system.web><machineKey validationKey="<<secret:upper>>" decryption="AES" validation="SHA1" /></system.web></configuration>\n', value="hex128"),
    _file("web.config impersonation", ("Web.config",), '<configuration><system.web><identity impersonate="true" userName="<<user>>" password="<<secret>>" /></system.web></configuration>\n'),
    _file("htpasswd", (".htpasswd", "nginx/htpasswd"), "<<user>>:<<secret>>\n", value="bcrypt"),
    _file("shadow", ("etc/shadow", "shadow"), "root:$6$<<salt8>>$<<secret>>:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n", value="crypt"),
    _file("ldif", ("users.ldif",), "dn: uid=<<user>>,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: <<user>>\nuserPassword: <<secret>>\n", "dn: cn=admin,dc=x\nuserPassword:: <<secret:b64>>\n"),
    _file("wireguard", ("wg0.conf", "etc/wireguard/home.conf"), "[Interface]\nAddress = 10.0.0.2/24\nPrivateKey = <<secret>>\n\n[Peer]\nPublicKey = <<key32>>\nEndpoint = <<host>>:51820\n", value="base64_32"),
    _file("wireguard preshared", ("wg1.conf",), "[Peer]\nPublicKey = <<key32>>\nPresharedKey = <<secret>>\nAllowedIPs = 0.0.0.0/0\n", value="base64_32"),
    _file("ansible inventory", ("hosts.ini", "inventory/hosts", "inventory.yml"), "[web]\n<<host>> ansible_user=<<user>> ansible_ssh_pass=<<secret>>\n", "all:\n  vars:\n    ansible_user: <<user>>\n    ansible_become_password: <<secret>>\n",
          "[web:vars]\nansible_password=<<secret>>\n"),
    _file("terraform state", ("terraform.tfstate",), '{\n  "version": 4,\n  "terraform_version": "1.7.0",\n  "resources": [{"type": "aws_db_instance", "instances": [{"attributes": {"username": "<<user>>", "password": "<<secret>>"}}]}]\n}\n',
          '{"version": 4, "terraform_version": "1.7.0", "resources": [{"type": "random_password", "instances": [{"attributes": {"length": 16, "result": "<<secret>>"}}]}]}\n'),
    _file("network manager", ("home.nmconnection",), "[wifi]\nssid=<<part>>\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=<<secret>>\n"),
    _file("wpa supplicant", ("wpa_supplicant.conf",), 'network={\n  ssid="<<part>>"\n  psk="<<secret>>"\n}\n', value="passphrase"),
    _file("php connection", ("db.php", "includes/connect.php"), "<?php\n$db = mysqli_connect('<<host>>', '<<user>>', '<<secret>>', '<<part>>');\n", "<?php\n$pdo = new PDO('mysql:host=<<host>>;dbname=<<part>>', '<<user>>', '<<secret>>');\n", value="password"),
    _file("snmp and radius", ("snmpd.conf", "clients.conf"), "client lan {\n  ipaddr = 10.0.0.0/8\n  secret = <<secret>>\n}\n", "createUser <<part>> SHA <<secret>> AES\n"),
    _file("mail server", ("etc/postfix/sasl_passwd", "msmtprc", ".msmtprc"), "[<<host>>]:587 <<user>>:<<secret>>\n", "account default\nhost <<host>>\nuser <<user>>\npassword <<secret>>\n"),
    _file("private key", ("id_rsa", "deploy/server.key", "certs/key.pem"), "-----BEGIN RSA PRIVATE KEY-----\n<<secret>>\n-----END RSA PRIVATE KEY-----\n", value="key_body"),
    _file("hardware configuration", ("sdkconfig", "secrets.h", "arduino/secrets.yaml"), '#define WIFI_SSID "<<part>>"\n#define WIFI_PASS "<<secret>>"\n', "wifi_ssid: <<part>>\nwifi_password: <<secret>>\n"),
)  # fmt: skip
