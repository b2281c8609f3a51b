"""Positives: a name and a value, in every language and format in which people write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.generic.everyday.kinds import Kind


class _Syntax(NamedTuple):
    name: str
    paths: tuple[str, ...]
    variants: tuple[str, ...]
    lines: str
    quoted: bool = True
    """Whether the value stands in quotes, so that it may hold any symbol."""


_SYNTAXES = (
    _Syntax("env", (".env", "deploy/prod.env", "config/.env.production", "docker/app.env"),
            ("<<NAME>>=<<secret>>", "export <<NAME>>=<<secret>>", "<<NAME>> = <<secret>>"), "env", False),
    _Syntax("env-quoted", (".env", ".env.local", "services/api/.env"),
            ('<<NAME>>="<<secret>>"', "export <<NAME>>='<<secret>>'", '<<NAME>> = "<<secret>>"  # rotate in May'), "env"),
    _Syntax("yaml", ("config/production.yml", "values.yaml", "app/config.yaml", "deploy/settings.yml"),
            ("<<NAME:lower>>: <<secret>>", "<<NAME:camel>>: <<secret>>", "<<NAME:kebab>>: <<secret>>  # do not share",
             "- <<NAME>>: <<secret>>"), "yaml", False),
    _Syntax("yaml-quoted", ("config/app.yml", "charts/shop/values-prod.yaml", "group_vars/all.yml"),
            ('<<NAME:lower>>: "<<secret>>"', "<<NAME:camel>>: '<<secret>>'", '"<<NAME:lower>>": "<<secret>>"'), "yaml"),
    _Syntax("json", ("config/default.json", "appsettings.Production.json", "settings.json"),
            ('{\n  <<lines>>\n  "<<NAME:camel>>": "<<secret:json>>"\n}\n', '{\n  "<<NAME>>": "<<secret:json>>",\n  <<lines>>\n  "v": 1\n}\n',
             '{"<<NAME:lower>>":"<<secret:json>>","retries":3}\n'), "json"),
    _Syntax("xml-element", ("config/settings.xml", "src/main/resources/app.xml"),
            ("<config>\n  <<lines>>\n  <<<NAME:camel>>><<secret:xml>></<<NAME:camel>>>\n</config>\n",
             "<server>\n  <<<NAME:kebab>>>\n    <<secret:xml>>\n  </<<NAME:kebab>>>\n</server>\n"), "xml"),
    _Syntax("xml-attribute", ("conf/context.xml", "beans.xml", "web.config"),
            ('<config>\n  <property name="<<NAME:camel>>" value="<<secret:xml>>"/>\n</config>\n',
             '<appSettings>\n  <add key="<<NAME:pascal>>" value="<<secret:xml>>" />\n</appSettings>\n',
             '<Resource name="jdbc/db" username="<<user>>" <<NAME:camel>>="<<secret:xml>>" maxTotal="20"/>\n'), "xml"),
    _Syntax("properties", ("application-prod.properties", "conf/gradle.properties", "src/main/resources/db.properties"),
            ("app.<<NAME:dotted>>=<<secret>>", "<<NAME:dotted>> = <<secret>>", "<<NAME:camel>>: <<secret>>"), "properties", False),
    _Syntax("ini", ("config.ini", "etc/app.conf", "settings.cfg"),
            ("[main]\n<<NAME:lower>> = <<secret>>", "[db]\n<<NAME:lower>>=<<secret>>", "[x]\n<<NAME:kebab>> : <<secret>>"), "ini", False),
    _Syntax("toml", ("config.toml", "deploy/app.toml"),
            ('[server]\n<<NAME:lower>> = "<<secret>>"', "<<NAME:kebab>> = '<<secret>>'", 'auth = { user = "<<user>>", <<NAME:lower>> = "<<secret>>" }'), "ini"),
    _Syntax("compose-map", ("docker-compose.yml", "compose.prod.yaml"),
            ("services:\n  db:\n    image: postgres:16\n    environment:\n      <<NAME>>: <<secret>>\n      TZ: UTC\n",
             "services:\n  app:\n    build: .\n    environment:\n      - APP=<<part>>\n      - <<NAME>>=<<secret>>\n    ports:\n      - 80:80\n"), "", False),
    _Syntax("dockerfile", ("Dockerfile", "docker/app.Dockerfile"),
            ("FROM alpine:3.20\nENV <<NAME>>=<<secret>>\nCMD [\"run\"]\n", "FROM node:22\nARG <<NAME>>=<<secret>>\nRUN make\n",
             "FROM node:22\nENV <<NAME>> <<secret>>\n"), "", False),
    _Syntax("shell", ("deploy.sh", "scripts/backup.sh", ".bashrc", "bin/run"),
            ("<<NAME>>=<<secret>>", "export <<NAME>>='<<secret>>'", '<<NAME:lower>>="<<secret>>"', "readonly <<NAME>>='<<secret>>'",
             "<<NAME>>='<<secret>>' ./start --fast"), "shell", False),
    _Syntax("fish", ("config.fish", ".config/fish/conf.d/keys.fish"), ("set -gx <<NAME>> <<secret>>", 'set -x <<NAME>> "<<secret>>"'), "", False),
    _Syntax("batch", ("deploy.bat", "run.cmd"), ("set <<NAME>>=<<secret>>", 'set "<<NAME>>=<<secret>>"', "setx <<NAME>> <<secret>>"), "", False),
    _Syntax("powershell", ("deploy.ps1", "scripts/install.ps1"),
            ("$<<NAME:camel>> = '<<secret>>'", "$env:<<NAME>> = '<<secret>>'",
             "$<<NAME:camel>> = ConvertTo-SecureString '<<secret>>' -AsPlainText -Force"), ""),
    _Syntax("terraform", ("main.tf", "prod.tfvars", "terraform/rds.tf"),
            ('<<NAME:lower>> = "<<secret>>"', 'resource "aws_db_instance" "db" {\n  engine   = "mysql"\n  username = "<<user>>"\n  <<NAME:lower>> = "<<secret>>"\n}\n',
             'variable "<<NAME:lower>>" {\n  type    = string\n  default = "<<secret>>"\n}\n'), ""),
    _Syntax("python", ("app/settings.py", "client.py", "scripts/sync.py"),
            ('<<NAME>> = "<<secret>>"', "<<NAME:lower>> = '<<secret>>'", 'config = {"<<NAME:lower>>": "<<secret>>"}', "self.<<NAME:lower>> = '<<secret>>'",
             '<<NAME>>: str = "<<secret>>"', 'os.environ["<<NAME>>"] = "<<secret>>"'), "python"),
    _Syntax("python-argument", ("app/db.py", "jobs/load.py"),
            ('conn = connect(host="<<host>>", user="<<user>>", <<NAME:lower>>="<<secret>>")', "client = Client('<<host>>', <<NAME:lower>>='<<secret>>', timeout=5)",
             'value = os.getenv("<<NAME>>", "<<secret>>")', "value = os.environ.get('<<NAME>>') or '<<secret>>'"), "python"),
    _Syntax("javascript", ("src/config.js", "server.js", "lib/api.mjs"),
            ("const <<NAME:camel>> = '<<secret>>';", "module.exports = { <<NAME:camel>>: '<<secret>>' };", 'var <<NAME>> = "<<secret>>"',
             "const v = process.env.<<NAME>> || '<<secret>>';", "config.<<NAME:camel>> = `<<secret>>`;"), "js"),
    _Syntax("typescript", ("src/config.ts", "src/app/environment.prod.ts"),
            ("export const <<NAME:camel>>: string = '<<secret>>';", "private readonly <<NAME:camel>> = \"<<secret>>\";",
             "export const environment = {\n  production: true,\n  <<NAME:camel>>: '<<secret>>',\n};\n"), "js"),
    _Syntax("java", ("src/main/java/com/acme/Client.java", "Main.java"),
            ('    private static final String <<NAME>> = "<<secret>>";', '    String <<NAME:camel>> = "<<secret>>";', '    config.set<<NAME:pascal>>("<<secret>>");',
             '    props.put("<<NAME:dotted>>", "<<secret>>");', '    props.setProperty("<<NAME:dotted>>", "<<secret>>");'), "java"),
    _Syntax("kotlin", ("app/src/main/kotlin/Api.kt", "build.gradle.kts"),
            ('    private const val <<NAME>> = "<<secret>>"', '    val <<NAME:camel>>: String = "<<secret>>"', '    <<NAME:camel>> = "<<secret>>"'), ""),
    _Syntax("csharp", ("src/Startup.cs", "Services/Client.cs"),
            ('        private const string <<NAME:pascal>> = "<<secret>>";', '        public string <<NAME:pascal>> { get; set; } = "<<secret>>";',
             '        var <<NAME:camel>> = "<<secret>>";', '        settings["<<NAME:pascal>>"] = "<<secret>>";'), ""),
    _Syntax("go", ("main.go", "internal/config/config.go"),
            ('\t<<NAME:camel>> := "<<secret>>"', 'const <<NAME:camel>> = "<<secret>>"', '\t<<NAME:pascal>>: "<<secret>>",', "\t<<NAME:camel>> = `<<secret>>`",
             '\tos.Setenv("<<NAME>>", "<<secret>>")'), "go"),
    _Syntax("php", ("config/config.php", "includes/db.php"),
            ("$<<NAME:lower>> = '<<secret>>';", "define('<<NAME>>', '<<secret>>');", "    '<<NAME:lower>>' => '<<secret>>',", "    public $<<NAME:camel>> = '<<secret>>';",
             "$config['<<NAME:lower>>'] = \"<<secret>>\";", "    '<<NAME:lower>>' => env('<<NAME>>', '<<secret>>'),"), "php"),
    _Syntax("ruby", ("config/initializers/api.rb", "lib/client.rb"),
            ("<<NAME>> = '<<secret>>'", "  config.<<NAME:lower>> = '<<secret>>'", "  <<NAME:lower>>: '<<secret>>',", "  :<<NAME:lower>> => '<<secret>>',",
             "ENV['<<NAME>>'] ||= '<<secret>>'", "value = ENV.fetch('<<NAME>>', '<<secret>>')"), "ruby"),
    _Syntax("rust", ("src/main.rs", "src/config.rs"),
            ('const <<NAME>>: &str = "<<secret>>";', '    let <<NAME:lower>> = "<<secret>>";', '    <<NAME:lower>>: "<<secret>>".to_string(),',
             '    <<NAME:lower>>: String::from("<<secret>>"),'), ""),
    _Syntax("swift", ("Sources/App/Config.swift", "Keys.swift"), ('let <<NAME:camel>> = "<<secret>>"', '    static let <<NAME:camel>>: String = "<<secret>>"'), ""),
    _Syntax("objective-c", ("App/Constants.m",), ('NSString *const k<<NAME:pascal>> = @"<<secret>>";', '#define <<NAME>> @"<<secret>>"'), ""),
    _Syntax("c", ("src/wifi.c", "firmware/config.h"), ('#define <<NAME>> "<<secret>>"', 'const char *<<NAME:lower>> = "<<secret>>";', 'static char <<NAME:lower>>[] = "<<secret>>";'), ""),
    _Syntax("scala", ("app/Config.scala", "conf/application.conf"), ('  val <<NAME:camel>> = "<<secret>>"', '  <<NAME:camel>> = "<<secret>>"', '  <<NAME:kebab>>: "<<secret>>"'), ""),
    _Syntax("elixir", ("config/prod.exs", "lib/app/client.ex"), ('  <<NAME:lower>>: "<<secret>>",', '  @<<NAME:lower>> "<<secret>>"', 'config :app, <<NAME:lower>>: "<<secret>>"'), ""),
    _Syntax("lua", ("config.lua",), ("local <<NAME:lower>> = '<<secret>>'", '  <<NAME:lower>> = "<<secret>>",'), ""),
    _Syntax("perl", ("bin/sync.pl",), ("my $<<NAME:lower>> = '<<secret>>';", "    <<NAME:lower>> => '<<secret>>',"), ""),
    _Syntax("dart", ("lib/config.dart",), ("const String <<NAME:camel>> = '<<secret>>';", "  static const <<NAME:camel>> = '<<secret>>';"), ""),
    _Syntax("r", ("analysis/load.R",), ('<<NAME:lower>> <- "<<secret>>"', 'Sys.setenv(<<NAME>> = "<<secret>>")'), ""),
    _Syntax("groovy", ("Jenkinsfile", "build.gradle"), ("    <<NAME>> = '<<secret>>'", 'def <<NAME:camel>> = "<<secret>>"', '        <<NAME:camel>> "<<secret>>"'), ""),
    _Syntax("nix", ("configuration.nix",), ('  <<NAME:camel>> = "<<secret>>";',), ""),
    _Syntax("makefile", ("Makefile",), ("<<NAME>> ?= <<secret>>", "<<NAME>> := <<secret>>", "export <<NAME>>=<<secret>>"), "", False),
    _Syntax("github-actions", (".github/workflows/ci.yml",),
            ("jobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      <<NAME>>: <<secret>>\n    steps:\n      - uses: actions/checkout@<<sha1>>\n",), "", False),
    _Syntax("kubernetes-env", ("k8s/deployment.yaml", "deploy/app.yml"),
            ("        env:\n        - name: HOST\n          value: <<host>>\n        - name: <<NAME>>\n          value: <<secret>>\n",
             '          env:\n            - name: <<NAME>>\n              value: "<<secret>>"\n            - {name: DEBUG, value: "0"}\n'), "", False),
    _Syntax("kubernetes-string-data", ("k8s/secret.yaml",),
            ("apiVersion: v1\nkind: Secret\nmetadata:\n  name: <<part>>\ntype: Opaque\nstringData:\n  <<NAME:kebab>>: <<secret>>\n",), "", False),
    _Syntax("kubernetes-data", ("k8s/db-secret.yaml",),
            ("apiVersion: v1\nkind: Secret\nmetadata:\n  name: <<part>>\ntype: Opaque\ndata:\n  <<NAME:kebab>>: <<secret:b64>>\n",), "", False),
    _Syntax("helm-set", ("scripts/install.sh",), ("helm upgrade --install <<part>> ./chart --set auth.<<NAME:camel>>=<<secret>> --wait",), "shell", False),
    _Syntax("docker-run-env", ("scripts/start.sh", "README.md", "docs/setup.md"),
            ("docker run -d --name db -e <<NAME>>=<<secret>> -p 5432:5432 postgres:16", "docker run -d -e '<<NAME>>=<<secret>>' <<part>>:latest"), "shell", False),
    _Syntax("systemd", ("etc/systemd/system/app.service",), ("[Service]\nExecStart=/usr/bin/app\nEnvironment=<<NAME>>=<<secret>>\n", '[Service]\nEnvironment="<<NAME>>=<<secret>>"\nUser=app\n'), "", False),
    _Syntax("notes", ("NOTES.txt", "docs/servers.md", "passwords.txt"), ("<<NAME:lower>>: <<secret>>", "<<NAME:camel>> = <<secret>>", "user <<user>>, <<NAME:lower>>: <<secret>>"), "text", False),
    _Syntax("notebook", ("analysis.ipynb",),
            ('{"cells": [{"cell_type": "code", "source": [\n    "<<NAME>> = \'<<secret>>\'\\n",\n    "print(1)"\n]}]}\n',
             '{"cells": [{"cell_type": "code", "source": [\n    "<<NAME:lower>> = \\"<<secret>>\\"\\n"\n]}]}\n'), "", False),
    _Syntax("commented-out", ("settings.py", "deploy.sh", "config.yml"), ("# <<NAME>>=<<secret>>", '# <<NAME:lower>>: "<<secret>>"', '#<<NAME:lower>> = "<<secret>>"'), "shell", False),
)  # fmt: skip


def kinds() -> Iterator[Kind]:
    """Each syntax once with a password and once with a token."""
    for syntax in _SYNTAXES:
        value = "password" if syntax.quoted else "plain"
        yield Kind(
            f"{syntax.name} password", syntax.paths, _named(syntax.variants, "PWNAME"), syntax.lines, value, "password"
        )
        yield Kind(
            f"{syntax.name} token", syntax.paths, _named(syntax.variants, "TOKENNAME"), syntax.lines, "token", "token"
        )
    for syntax in _SYNTAXES:
        if syntax.name in ("yaml", "properties", "php", "python", "env", "ini"):
            value = "password" if syntax.quoted else "plain"
            name = f"{syntax.name} password, named in another language"
            yield Kind(name, syntax.paths, _named(syntax.variants, "FOREIGNNAME"), syntax.lines, value, "password")


def _named(variants: tuple[str, ...], slot: str) -> tuple[str, ...]:
    return tuple(variant.replace("<<NAME", f"<<{slot}") for variant in variants)
