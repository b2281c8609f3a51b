"""Programs that take a password as an argument: how each of them is called, and where the password is.

The patterns are for bytes and keep case: ``-p`` is a password where ``-P`` is a port. In all of them

- ``{gap}`` is what separates two arguments, in a shell or in a list in code,
- ``{value}`` is an argument, quoted or not; ``{user}`` an account's name, which a password may repeat,
- ``{pair:X}`` is an argument that holds both with X between them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from keyguard.support.regex import expression

#: a blank, or the quote and the comma of a list
_TAIL = r"""(?:["']?[ \t,]|["']?\r?\n[ \t]{0,60}-[ \t])"""
_OPTION = r"""(?:[ \t]{1,8}|["'][ \t]{0,4},\s{0,60}["']|["']?[ \t]{0,4}\r?\n[ \t]{0,60}-[ \t]{1,4}["']?)-"""
CURL, COMMAND = "curl-user", "command-line-password"

_GAP = r"""(?:[ \t]+|["'][ \t]*,\s{0,60}["']|[ \t]*[\\`^]\r?\n[ \t]*|["']?[ \t]*\r?\n[ \t]{0,60}-[ \t]+["']?)"""
_VALUE = (
    r"""(?:\\"(?P<escaped>[^"\\\n]{1,200})\\"|"(?P<double>(?:[^"\\\n]|\\[^\n]){1,200})"|'(?P<single>[^'\n]{1,200})'"""
    r"""|(?P<bare>[^\s"'`;|&<>(),\\-][^\s"'`;|&<>,\\]{0,200}))"""
)
_USER = r"""["']?(?P<user>[^\s"':/%,$]{0,64})["']?"""
_PAIR = (
    r"""(?P<quote>\\?["'])?(?P<user>[^\s"':/%,${{}}|;&]{{0,64}})(?:{0})(?(quote)(?P<quoted>[^"'\\\n]{{1,200}})"""
    r"""|(?P<bare>[^\s"'`;|&<>(),\\]{{1,200}}))"""
)
#: names of the groups that may hold the password
VALUES = ("escaped", "double", "single", "quoted", "bare")


class Command(NamedTuple):
    """Programs that take a password in the same way."""

    #: the names, with a subcommand if there is one
    names: str
    #: the argument that holds the password
    argument: str
    rule: str = COMMAND
    #: what comes right behind the name, as specific as the name is common in prose
    tail: str = _TAIL
    #: whether the argument is a token, which is random, and no password
    token: bool = False

    @property
    def head(self) -> str:
        """Return an expression for the beginning of the command."""
        return rf"\b(?:{self.names}){self.tail}"


@lru_cache(None)
def argument_pattern(argument: str) -> re.Pattern[bytes]:
    """Return the compiled pattern for an argument."""
    text = argument.replace("{gap}", _GAP).replace("{value}", _VALUE).replace("{user}", _USER)
    text = re.sub(r"\{pair:(.*?)\}", lambda found: _PAIR.format(found[1]), text)
    return expression(rf"""(?<=[\s"',=(]){text}""".encode())


#: further options before the arguments of htpasswd
_SWITCHES = r"{gap}(?:-\w[ \t]+(?:\d+[ \t]+)?){0,2}"
_LOGINS = (
    "docker|podman|nerdctl|buildah|skopeo|crane|oras|helm[ \t]+registry|az|cf|oc|faas-cli|ibmcloud|argocd|rancher|jf"
    "|jfrog|singularity[ \t]+remote|apptainer|bosh|tsuru|heroku|kubectl[ \t]+oidc"
)

_CLIENTS = r"mysql(?:dump|admin|import|show|check|slap|pump|binlog)?|mariadb(?:-dump|-admin|-import)?"
_MYSQL = rf"(?:[ \t][^\s-]{{1,40}})?{_OPTION}"
_HTTPIE = rf"(?:{_OPTION}|[ \t](?:get|post|put|patch|delete|head)[ \t])"

COMMANDS: tuple[Command, ...] = (
    Command(r"curl", r"(?:-[a-zA-Z]{0,8}[uU]{gap}?|--(?:proxy-)?user(?:=|{gap})){pair::}", CURL),
    Command(r"https?|xhs?", r"(?:-a{gap}?|--auth(?:=|{gap})){pair::}", CURL, _HTTPIE),
    Command(
        _CLIENTS,
        r"-p(?!=|assword|rotocol|ort\b|lugin){value}",
        tail=_MYSQL,
    ),
    Command(_CLIENTS, r"password{gap}{value}", tail=_MYSQL),
    Command(r"sshpass", r"-p{gap}?{value}"),
    Command(rf"(?:{_LOGINS})[ \t]+login", r"(?:-p{gap}|--password(?:=|{gap})){value}"),
    Command(r"redis-cli", r"(?:-a|--pass){gap}{value}"),
    Command(r"mongo(?:sh|dump|restore|export|import|stat|top|files)?", r"(?:-p{gap}|--password(?:=|{gap})){value}"),
    Command(r"ldap(?:search|modify|add|delete|passwd|whoami|compare|modrdn)", r"-[ws]{gap}{value}"),
    Command(r"openssl", r"-(?:pass|passin|passout|password){gap}[\"']?pass:{value}"),
    Command(
        r"keytool|jarsigner|apksigner|pk12util",
        r"--?(?:storepass|keypass|(?:src|dest)(?:store|key)pass|(?:ks|key)-pass){gap}(?:pass:)?{value}",
    ),
    Command(r"zip|unzip", r"-[a-zA-Z]{0,6}P{gap}{value}", tail=_OPTION),
    Command(r"7z[ar]?|7zz|rar|unrar", r"-(?:hp|p){value}"),
    Command(r"net(?:\.exe)?[ \t]+use", r"/(?i:user):[^\s\"/]{1,64}[ \t]+(?![/*]){value}"),
    Command(r"net(?:\.exe)?[ \t]+use", r"\\\\[^\s\"]{3,120}[ \t]+(?![/*]){value}(?=[ \t]+/)"),
    Command(r"net(?:\.exe)?[ \t]+user", r"(?P<user>[\w.$-]{1,64})[ \t]+(?![/*]){value}(?=[ \t]+/(?i:add))"),
    Command(
        r"htpasswd|mosquitto_passwd",
        rf"-(?=[a-zA-Z]{{0,6}}b)(?=[a-zA-Z]{{0,6}}n)[a-zA-Z]{{2,7}}{_SWITCHES}{{user}}{{gap}}{{value}}",
    ),
    Command(
        r"htpasswd|mosquitto_passwd",
        r"-(?![a-zA-Z]{0,6}n)[a-zA-Z]{0,6}b[a-zA-Z]{0,6}"
        rf"{_SWITCHES}[^\s-]\S{{0,120}}[ \t]+{{user}}{{gap}}{{value}}",
    ),
    Command(
        r"sqlplus|sqlldr|sqlcl|expdp|impdp|rman",
        r"(?P<user>[a-zA-Z][\w$#]{0,30})/(?!/)(?P<bare>[^\s\"'@/$&;|]{3,60})(?=@)",
    ),
    Command(r"sqlcmd|bcp|osql|isql|tsql|fisql", r"-P{gap}?{value}"),
    Command(
        r"smbclient|rpcclient|smbget|winexe|wmic|smbmap|net[ \t]+(?:rpc|ads)", r"(?:-U{gap}?|--user(?:=|{gap})){pair:%}"
    ),
    Command(
        r"mount|mount\.cifs",
        r"(?:[^\s\"']{0,60},)?pass(?:word)?=(?P<bare>[^\s\"',;|&$]{3,60})",
        tail=r"[ \t]{1,8}(?:-|//)",
    ),
    Command(r"lftp", r"-u{gap}{pair:,}"),
    Command(r"mosquitto_(?:pub|sub|rr)|ipmitool", r"-P{gap}{value}"),
    Command(r"rabbitmqctl", r"(?:add_user|change_password|authenticate_user){gap}{user}{gap}{value}"),
    Command(
        r"rabbitmqadmin|cqlsh|cypher-shell|beeline|hdbsql|psexec|winrs|rdesktop|evil-winrm", r"-p(?:{gap}|:){value}"
    ),
    Command(r"snmp(?:walk|get|set|bulkwalk|trap)", r"-[AX]{gap}{value}"),
    Command(r"cmdkey|xfreerdp|schtasks|signtool", r"/(?:pass:|p:|rp[ \t]+|p[ \t]+){value}"),
    Command(r"neo4j-admin", r"set-initial-password{gap}{value}"),
    Command(
        r"security",
        r"-[pP]{gap}{value}",
        tail=r"[ \t]{1,8}(?:unlock-keychain|create-keychain|import)",
    ),
    Command(r"security", r"-k{gap}{value}", tail=r"[ \t]{1,8}set-key-partition"),
    Command(r"nmcli", r"(?:password|(?:802-11-wireless-security|wifi-sec)\.psk){gap}{value}"),
    Command(r"wpa_passphrase", r"{user}{gap}{value}"),
    Command(r"ssh-keygen", r"-[NP]{gap}{value}"),
    Command(r"etcdctl", r"--user(?:=|{gap}){pair::}"),
    Command(r"(?:twine[ \t]+upload|add-user\.sh|esxcli|veracrypt|ncftp(?:put|get|ls))", r"-p{gap}{value}"),
    Command(r"racadm", r"-u{gap}\S{1,64}{gap}-p{gap}{value}"),
    Command(r"snowsql|snowflake-cli", r"-p{gap}{value}"),
    Command(r"plink|pscp|psftp|kitty", r"-pw{gap}{value}", tail=rf"(?:\.exe)?{_OPTION}"),
    Command(r"npm[ \t]+config[ \t]+set", r"[\w:/.-]{0,80}_(?:authToken|auth|password)(?:=|{gap}){value}", token=True),
    Command(r"p4", r"-P{gap}{value}", tail=_OPTION),
    Command(r"db2", r"using[ \t]+{value}", tail=r"[ \t]{1,4}[\"']?connect[ \t]"),
    Command(r"grafana-cli|grafana[ \t]+cli", r"reset-admin-password{gap}{value}"),
    Command(
        r"dotnet[ \t]+user-secrets[ \t]+set",
        r"(?<=set[ \t])[\"']?[\w:.-]{0,60}(?i:pass|pwd|secret|token|key)[\w:.-]{0,20}[\"']?{gap}{value}",
    ),
    Command(r"gh[ \t]+secret[ \t]+set", r"(?:-b|--body)(?:=|{gap}){value}"),
    Command(r"aws[ \t]+configure[ \t]+set", r"aws_(?:secret_access_key|session_token){gap}{value}", token=True),
    Command(r"aws[ \t]+ssm[ \t]+put-parameter", r"--value(?:=|{gap}){value}(?=[^\n]{0,200}SecureString)"),
    Command(r"aws[ \t]+secretsmanager[ \t]+create-secret", r"--secret-string(?:=|{gap}){value}"),
    Command(r"codecov", r"-t{gap}{value}", tail=_OPTION, token=True),
    Command(
        r"(?:snyk|vercel|ngrok)[ \t]+(?:config[ \t]+)?(?:auth|authtoken|add-authtoken)",
        r"(?P<bare>[\w-]{20,80})",
        token=True,
    ),
    Command(r"vault[ \t]+login|cargo[ \t]+login", r"(?P<bare>[\w.-]{20,120})", token=True),
    Command(
        r"kubectl",
        r"--from-literal(?:=|{gap})[\"']?[\w.-]{0,40}(?i:pass|pwd|secret|token|key)[\w.-]{0,20}={value}",
        tail=r"[ \t][^\n]{0,60}create[ \t]{1,8}secret[ \t]",
    ),
    Command(r"(?i:ConvertTo-SecureString)", r"(?<!\()(?i:(?:-String[ \t]+)?){value}(?=[^\n]{0,60}(?i:-AsPlainText))"),
    Command(r"(?i:ConvertTo-SecureString)", r"(?i:-AsPlainText[ \t]+(?:-Force[ \t]+)?(?:-String[ \t]+)?){value}"),
)

#: one expression each: Hyperscan finds the literal in each of them, but none in a long alternation
HEADS = tuple(dict.fromkeys(command.head for command in COMMANDS))
#: variables that a program reads its password from
VARIABLES = (
    "PGPASSWORD|MYSQL_PWD|SSHPASS|REDISCLI_AUTH|RESTIC_PASSWORD|BORG_PASSPHRASE|KOPIA_PASSWORD|RSYNC_PASSWORD|SQLCMDPASSWORD"
    "|VNC_PASSWORD|OS_PASSWORD|VAULT_TOKEN|CONSUL_HTTP_TOKEN|NOMAD_TOKEN"
)
