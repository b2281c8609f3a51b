"""For which stage is a place? A table of how projects keep them apart, and of names that only look like it."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.hygiene.stages.detect import UNKNOWN, detect_stage
from keyguard.hygiene.stages.stage import Stage, StageJudgment
from tests.helpers.seeing import key

DEV, TEST, CI, EXAMPLE, STAGING, PROD = Stage
KEY = "<1>"
#: says that a stage is told by a habit only
SOFT = False


class Case(NamedTuple):
    """A path, a text with a key at ``<1>``, and what is to be said."""

    path: str
    text: str
    stage: Stage | None
    firm: bool = True
    #: must be in the reason
    why: str = ""


def look(path: str, text: str) -> StageJudgment:
    data = text.encode()
    at = data.find(KEY.encode())
    return detect_stage(path.encode(), data.replace(KEY.encode(), key().encode()), max(at, 0))


def name(path: str, stage: Stage | None, firm: bool = True) -> Case:
    return Case(path, "SENDMAILOS_API_KEY=<1>\n", stage, firm and stage is not None)


NAMES = [
    name(".env", DEV, SOFT),
    name("apps/web/.env", DEV, SOFT),
    name(".env.development", DEV),
    name(".env.development.local", DEV),
    name(".env.dev", DEV),
    name(".env.local", DEV),
    name(".env.test", TEST),
    name(".env.test.local", TEST),
    name(".env.testing", TEST),
    name(".env.ci", CI),
    name(".env.e2e", TEST),
    name(".env.staging", STAGING),
    name(".env.preprod", STAGING),
    name(".env.pre-prod", STAGING),
    name(".env.non-production", STAGING),
    name(".env.production", PROD),
    name(".env.production.local", PROD),
    name(".env.prod", PROD),
    name(".env.prod2", PROD),
    name(".env_production", PROD),
    name(".env.live", PROD),
    name("prod.env", PROD),
    name("docker/web.production.env", PROD),
    name("env.production", PROD),
    name(".env.example", EXAMPLE),
    name(".env.production.example", EXAMPLE),
    name(".env.sample", EXAMPLE),
    name(".env.dist", EXAMPLE),
    name("example.env", EXAMPLE),
    name(".env.docker", None),
    name(".env.product", None),
    name(".env.device", None),
    name(".env.latest", None),
    name("app.env", None),
    name(".env.vault", None),
    name(".envrc", DEV, SOFT),
    name(".flaskenv", DEV, SOFT),
    name(".dev.vars", DEV),
    name(".dev.vars.staging", DEV),
    name("config/environments/development.rb", DEV),
    name("config/environments/production.rb", PROD),
    name("config/environments/test.rb", TEST),
    name("config/development.json", DEV),
    name("config/production.json", PROD),
    name("config/default.json", None),
    name("config/dev.exs", DEV),
    name("config/prod.secret.exs", PROD),
    name("config/deploy/production.rb", PROD),
    name("shop/settings/dev.py", DEV),
    name("shop/settings/local.py", DEV),
    name("shop/settings/production.py", PROD),
    name("shop/settings/base.py", None),
    name("shop/settings_dev.py", DEV),
    name("shop/local_settings.py", DEV),
    name("src/environments/environment.prod.ts", PROD),
    name("src/environments/environment.ts", None),
    name("src/main/resources/application-dev.properties", DEV),
    name("src/main/resources/application-prod.yml", PROD),
    name("src/main/resources/application.yml", None),
    name("src/test/resources/application.yml", TEST),
    name("appsettings.Development.json", DEV),
    name("appsettings.Production.json", PROD),
    name("appsettings.json", None),
    name("local.settings.json", DEV),
    name("Properties/launchSettings.json", DEV),
    name("docker-compose.yml", DEV, SOFT),
    name("compose.yaml", DEV, SOFT),
    name("docker-compose.dev.yml", DEV),
    name("docker-compose.override.yml", DEV),
    name("docker-compose.prod.yml", PROD),
    name("docker-compose-production.yaml", PROD),
    name("docker-compose.test.yml", TEST),
    name("docker-compose.ci.yml", CI),
    name(".devcontainer/devcontainer.json", DEV),
    name("chart/values-prod.yaml", PROD),
    name("chart/values.staging.yaml", STAGING),
    name("chart/values.yaml", None),
    name("Pulumi.dev.yaml", DEV),
    name("prod.tfvars", PROD),
    name("terraform/dev.auto.tfvars", DEV),
    name("production-us-east-1.tfvars", PROD),
    name("terraform.tfvars", None),
    name("terraform.tfstate.d/prod/terraform.tfstate", PROD),
    name("environments/prod/terraform.tfvars", PROD),
    name("overlays/production/secret.yaml", PROD),
    name("k8s/staging/secret.yaml", STAGING),
    name("group_vars/production.yml", PROD),
    name("inventories/dev/group_vars/all.yml", DEV),
    name("production/docker-compose.yml", PROD),
    name("config/packages/prod/mailer.yaml", PROD),
    name("secret-prod.yaml", PROD),
    name("acme-production.yml", PROD),
    name("fly.toml", PROD, SOFT),
    name("fly.staging.toml", STAGING),
    name("vercel.json", PROD, SOFT),
    name("render.yaml", PROD, SOFT),
    name("wrangler.toml", PROD, SOFT),
    name(".github/workflows/test.yml", CI),
    name(".github/workflows/deploy.yml", CI),
    name(".gitlab-ci.yml", CI),
    name(".circleci/config.yml", CI),
    name("Jenkinsfile", CI),
    name("tests/test_mail.py", TEST),
    name("tests/fixtures/.env.production", TEST),
    name("spec/models/user_spec.rb", TEST),
    name("src/mail.test.ts", TEST),
    name("src/__tests__/mail.ts", TEST),
    name("pkg/mail/mail_test.go", TEST),
    name("src/test/java/MailTest.java", TEST),
    name("cypress.env.json", TEST),
    name("phpunit.xml.dist", TEST),
    name("db/seeds.rb", DEV, SOFT),
    name("database/seeders/UserSeeder.php", DEV, SOFT),
    name("examples/next/.env.production", EXAMPLE),
    name("README.md", EXAMPLE),
    name("docs/guide/setup.html", EXAMPLE),
    name("config/secrets.yml.example", EXAMPLE),
    name("terraform.tfvars.example", EXAMPLE),
    name("config.example.json", EXAMPLE),
    name("analysis.ipynb", DEV, SOFT),
    name("app/settings/keys.ts", None),
    name("src/index.ts", None),
    name("app.py", None),
    name("Dockerfile", None),
]

FALSE_FRIENDS = [
    name("config/devices.yml", None),
    name("src/devtools.py", None),
    name("dev_tools.py", None),
    name("product.yaml", None),
    name("config/products.json", None),
    name("production_plan.py", None),
    name("modules/production/models.py", None),
    name("steel-production.json", None),
    name("latest.json", None),
    name("contest.toml", None),
    name("attestation/config.yml", None),
    name("protest/settings.ini", None),
    name("src/data/local/UserDao.kt", None),
    name("local_storage.js", None),
    name("live.py", None),
    name("src/live/player.js", None),
    name("backstage/app.yml", None),
    name("stage/lights.yml", None),
    name("cinema.yml", None),
    name("ci.py", None),
    name("app/settings/production.tsx", None),
    name("greatest_hits.env.ts", None),
    name("resample.yaml", None),
    name("sample-rate.yml", None),
    name("speculative.yml", None),
    name("src/inspect.rb", None),
    name("fastest.go", None),
    name("testimonials.yml", None),
    name("README_app/config.yml", None),
    Case("config.yml", "latest:\n  key: <1>\n", None),
    Case("config.yml", "devices:\n  key: <1>\n", None),
    Case("config.yml", "test_results:\n  key: <1>\n", None),
    Case("config.ini", "[product]\nkey=<1>\n", None),
    Case("config.ini", "[contest]\nkey=<1>\n", None),
    Case("config.py", "class ProductionOrder:\n    key = '<1>'\n", None),
    Case("config.py", "class LocalStorage(Base):\n    key = '<1>'\n", None),
    Case("app.js", "function sendTestMail() {\n  return send('<1>');\n}\n", None),
    Case("app.js", "if (device === 'development board') {\n  send('<1>');\n}\n", None),
    Case("app.ts", "function open(): ViteDevServer {\n  return '<1>';\n}\n", None),
    Case("regions.php", "return ['CI' => '<1>', 'DE' => 'a'];\n", None),
    Case("app.js", "if (plan === 'live') {\n  send('<1>');\n}\n", None),
    Case("app.js", "if (process.env.NODE_ENV === 'production') {\n  minify();\n}\nconst key = '<1>';\n", None),
    Case("app.js", "console.log('NODE_ENV=development');\nconst key = '<1>';\n", None),
    Case("app.js", "const a = { development: { url: 'x' } };\nconst key = '<1>';\n", None),
    Case("app.js", "// development:\nconst key = '<1>';\n", None),
    Case("app.js", "const LATEST_KEY = '<1>';\n", None),
    Case("app.js", "const contestKey = '<1>';\n", None),
    Case("app.js", "const deviceKey = '<1>';\n", None),
    Case("app.js", "const productKey = '<1>';\n", None),
    Case("app.js", "const LOCAL_STORAGE_KEY = '<1>';\n", None),
    Case("package.json", '{"scripts": {"build": "NODE_ENV=production vite"}, "key": "<1>"}', None),
    Case("deploy.sh", 'if [ "$NODE_ENV" = "production" ]; then\n  echo\nfi\nKEY=<1>\n', None),
    Case("config.toml", "NODE_ENV = 'production'\n[x]\nAPP_ENV = 'development'\n[y]\nkey = '<1>'\n", None),
    Case("a.env", "NODE_ENV=${NODE_ENV:-development}\nKEY=<1>\n", None),
    Case("a.env", "DEBUG=app:*\nKEY=<1>\n", None),
    Case("a.env", "MY_NODE_ENV_FILE=production\nKEY=<1>\n", None),
]

VARIABLES = [
    Case(".env", "NODE_ENV=development\nKEY=<1>\n", DEV, why="NODE_ENV=development in this file"),
    Case(".env", "KEY=<1>\nNODE_ENV=production\n", PROD),
    Case(".env", 'NODE_ENV="production" # really\nKEY=<1>\n', PROD),
    Case(".env", "APP_ENV=local\nAPP_DEBUG=true\nKEY=<1>\n", DEV),
    Case(".env", "APP_ENV=production\nAPP_DEBUG=true\nKEY=<1>\n", PROD),
    Case("a.env", "APP_DEBUG=true\nKEY=<1>\n", DEV, SOFT),
    Case(".env.production", "APP_DEBUG=true\nKEY=<1>\n", PROD),
    Case(".env.local", "RAILS_ENV=production\nKEY=<1>\n", PROD),
    Case("a.env", "export FLASK_ENV=development\nexport KEY=<1>\n", DEV),
    Case("a.env", "DJANGO_SETTINGS_MODULE=shop.settings.production\nKEY=<1>\n", PROD),
    Case("a.env", "ASPNETCORE_ENVIRONMENT=Development\nKEY=<1>\n", DEV),
    Case("a.env", "MIX_ENV=prod\nKEY=<1>\n", PROD),
    Case("a.env", "GO_ENV=test\nKEY=<1>\n", TEST),
    Case("a.env", "CI_ENVIRONMENT = production\nKEY=<1>\n", PROD),
    Case("a.env", "NODE_ENV=development\nAPP_ENV=production\nKEY=<1>\n", None, SOFT),
    Case("x.tfvars", 'environment = "prod"\nkey = "<1>"\n', PROD),
    Case("x.properties", "spring.profiles.active=dev\nkey=<1>\n", DEV),
    Case("Dockerfile", "FROM node\nENV NODE_ENV production\nENV KEY=<1>\n", PROD),
    Case("Dockerfile", "FROM node\nENV NODE_ENV=production KEY=<1>\n", PROD, why="on the same line"),
    Case("Makefile", "run:\n\tNODE_ENV=development KEY=<1> node .\n", DEV),
    Case("wsgi.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.prod')\nkey = '<1>'\n", PROD),
    Case("boot.rb", "ENV['RACK_ENV'] ||= 'development'\nKEY = '<1>'\n", DEV),
    Case("config.php", "<?php\ndefine('WP_ENV', 'development');\ndefine('KEY', '<1>');\n", DEV),
    Case("web.xml", '<env name="APP_ENV" value="test" />\n<key>\n<1></key>\n', TEST),
    Case("serverless.yml", "provider:\n  stage: dev\n  environment:\n    KEY: <1>\n", DEV),
    Case(
        "docker-compose.yml",
        "services:\n  web:\n    environment:\n      NODE_ENV: production\n      KEY: <1>\n  db:\n    environment:\n      APP_ENV: test\n",
        PROD,
        why="beside it",
    ),
    Case(
        "docker-compose.yml",
        "services:\n  web:\n    environment:\n      - NODE_ENV=production\n  cron:\n    environment:\n      - NODE_ENV=development\n      - KEY=<1>\n",
        DEV,
    ),
    Case(
        "pod.yaml",
        "spec:\n  env:\n    - name: NODE_ENV\n      value: production\n    - name: KEY\n      value: <1>\n",
        PROD,
    ),
    Case("secret.yaml", "metadata:\n  namespace: shop-production\nstringData:\n  KEY: <1>\n", PROD),
    Case(
        "all.yaml",
        "metadata:\n  namespace: production\n---\nmetadata:\n  namespace: staging\nstringData:\n  KEY: <1>\n",
        STAGING,
    ),
    Case(
        "application.yml",
        "key: a\n---\nspring:\n  config:\n    activate:\n      on-profile: prod\nkey: <1>\n",
        PROD,
    ),
    Case(
        "application.yml",
        "key: <1>\n---\nspring:\n  config:\n    activate:\n      on-profile: prod\nkey: a\n",
        None,
    ),
    Case(
        "application.properties",
        "key=a\n#---\nspring.config.activate.on-profile=dev\nkey=<1>\n",
        DEV,
    ),
    Case(
        ".github/workflows/deploy.yml",
        "jobs:\n  ship:\n    environment: production\n    steps:\n      - run: a\n        env:\n          KEY: <1>\n",
        PROD,
    ),
    Case(
        ".github/workflows/deploy.yml",
        "jobs:\n  ship:\n    environment:\n      name: production\n    env:\n      KEY: <1>\n",
        CI,
    ),
    Case(".github/workflows/a.yml", "jobs:\n  build:\n    env:\n      NODE_ENV: production\n      KEY: <1>\n", CI),
    Case(".github/workflows/a.yml", "jobs:\n  build:\n    env:\n      RAILS_ENV: test\n      KEY: <1>\n", TEST),
]

BLOCKS = [
    Case("config.ini", "[production]\na=1\n[development]\nkey=<1>\n", DEV, why="section [development]"),
    Case("config.ini", "[production : base]\nkey=<1>\n", PROD),
    Case("credentials", "[default]\na=1\n[profile prod]\nkey=<1>\n", PROD),
    Case("wrangler.toml", "[vars]\nKEY='a'\n[env.dev.vars]\nKEY='<1>'\n", DEV),
    Case("wrangler.toml", "[env.dev.vars]\nKEY='a'\n[env.production.vars]\nKEY='<1>'\n", PROD),
    Case("wrangler.toml", "[vars]\nKEY='<1>'\n[env.dev.vars]\nKEY='a'\n", PROD, SOFT),
    Case("netlify.toml", "[context.deploy-preview.environment]\nKEY='<1>'\n", STAGING),
    Case("config/secrets.yml", "development:\n  key: <1>\nproduction:\n  key: a\n", DEV, why="block development"),
    Case("config/secrets.yml", "development: &dev\n  key: a\nproduction:\n  <<: *dev\n  key: <1>\n", PROD),
    Case("config/secrets.yml", "default: &default\n  key: <1>\n", None),
    Case("config/development.yml", "production:\n  mail:\n    key: <1>\n", PROD),
    Case("config/mail.yaml", "when@prod:\n  mailer:\n    key: <1>\n", PROD),
    Case("app.yml", "mail:\n  test: <1>\n", TEST),
    Case("app.yml", "keys:\n- production:\n    key: <1>\n", PROD),
    Case("config.json", '{"development": {"key": "<1>"}, "production": {"key": "a"}}', DEV),
    Case("config.json", '{"development": {"key": "a"}, "production": {"mail": {"key": "<1>"}}}', PROD),
    Case("eas.json", '{"build": {"production": {"env": {"KEY": "<1>"}}}}', PROD),
    Case("config.json", '{"dev": "a", "prod": "<1>"}', PROD),
    Case("config.py", "class DevelopmentConfig(Config):\n    KEY = '<1>'\n", DEV, why="DevelopmentConfig"),
    Case("config.py", "class Config:\n    A = 1\n\nclass TestingConfig(Config):\n    KEY = '<1>'\n", TEST),
    Case("config.py", "class ProdConfig(Config):\n    @property\n    def key(self):\n        return '<1>'\n", PROD),
    Case("config.py", "if settings.DEBUG:\n    KEY = '<1>'\nelse:\n    KEY = 'a'\n", DEV),
    Case("config.py", "if ENV == 'production':\n    KEY = 'a'\nelse:\n    KEY = '<1>'\n", DEV, SOFT),
    Case("config.py", "if ENV == 'production':\n    KEY = 'a'\nelif ENV == 'staging':\n    KEY = '<1>'\n", STAGING),
    Case(
        "config.py",
        "if ENV == 'production':\n    K = 'a'\nelif ENV == 'test':\n    K = 'b'\nelse:\n    K = '<1>'\n",
        None,
    ),
    Case("config.py", "CONFIG = {\n    'production': {'key': '<1>'},\n}\n", PROD),
    Case("config.py", "KEY = '<1>' if ENV == 'production' else 'a'\n", PROD),
    Case("config.py", "KEY = 'a' if ENV == 'production' else '<1>'\n", DEV, SOFT),
    Case("config.rb", "case Rails.env\nwhen 'development'\n  KEY = '<1>'\nend\n", DEV),
    Case("config.rb", "if Rails.env.production?\n  KEY = '<1>'\nend\n", PROD),
    Case("config.rb", "unless Rails.env.production?\n  KEY = '<1>'\nend\n", DEV, SOFT),
    Case("config.rb", "KEY = Rails.env.production? ? '<1>' : 'a'\n", PROD),
    Case("config.rb", "KEY = '<1>' if Rails.env.test?\n", TEST),
    Case("app.rb", "configure :production do\n  set :key, '<1>'\nend\n", PROD),
    Case("config/runtime.exs", 'if config_env() == :prod do\n  config :app, key: "<1>"\nend\n', PROD),
    Case("app.js", "if (process.env.NODE_ENV === 'development') {\n  key = '<1>';\n}\n", DEV),
    Case("app.js", "if (process.env.NODE_ENV === 'development') {\n  a();\n} else {\n  key = '<1>';\n}\n", PROD, SOFT),
    Case("app.js", "if (process.env.NODE_ENV !== 'production') {\n  key = '<1>';\n}\n", DEV, SOFT),
    Case("app.js", "if (isProduction)\n{\n  key = '<1>';\n}\n", PROD),
    Case(
        "app.js",
        "switch (process.env.NODE_ENV) {\n  case 'test':\n    return 'a';\n  case 'production':\n    return '<1>';\n}\n",
        PROD,
    ),
    Case(
        "app.js",
        "switch (process.env.NODE_ENV) {\n  case 'test':\n    return 'a';\n  default:\n    return '<1>';\n}\n",
        None,
    ),
    Case("app.js", "const key = process.env.NODE_ENV === 'production' ? '<1>' : 'a';\n", PROD),
    Case("app.js", "const key = process.env.NODE_ENV === 'production'\n  ? 'a'\n  : '<1>';\n", DEV, SOFT),
    Case("app.js", "const key = __DEV__ ? '<1>' : 'a';\n", DEV),
    Case("app.js", "const config = {\n  production: {\n    mail: { key: '<1>' },\n  },\n};\n", PROD),
    Case("app.ts", "export const devConfig: Config = {\n  key: '<1>',\n};\n", DEV),
    Case("app.js", "const config = {\n  development: { a: \"it's\" },\n  production: { key: '<1>' } };\n", PROD),
    Case("app.js", "const x = key ?? '<1>';\n// production\n", None),
    Case("app.ts", "const x: { production?: string } = {};\nconst key = '<1>';\n", None),
    Case("config.php", "return [\n  'production' => [\n    'key' => '<1>', # it's\n  ],\n];\n", PROD),
    Case("config.php", "<?php if (app()->environment('local')) {\n  $key = '<1>';\n}\n", DEV),
    Case("main.go", 'if env == "production" {\n\tkey = "<1>"\n}\n', PROD),
    Case("Startup.cs", 'if (env.IsDevelopment()) {\n  key = "<1>";\n}\n', DEV),
    Case("Keys.cs", '#if DEBUG\nconst string Key = "a";\n#else\nconst string Key = "<1>";\n#endif\n', PROD, SOFT),
    Case("Keys.swift", '#if DEBUG\nlet key = "<1>"\n#endif\n', DEV),
    Case("Keys.swift", '#if DEBUG\nlet key = "a"\n#endif\nlet key = "<1>"\n', None),
    Case("main.tf", 'key = terraform.workspace == "prod" ? "<1>" : "a"\n', PROD),
    Case(
        "main.tf",
        'resource "aws_lambda_function" "prod_mailer" {\n  environment {\n    variables = { KEY = "<1>" }\n  }\n}\n',
        PROD,
    ),
    Case("main.tf", 'module "x" {\n  environment = "staging"\n  key = "<1>"\n}\n', STAGING),
    Case("pom.xml", "<profile>\n<id>prod</id>\n<properties><key><1></key></properties></profile>\n", PROD),
    Case("beans.xml", '<beans profile="dev">\n<key><1></key></beans>\n', DEV),
    Case("beans.xml", '<beans profile="dev">\n<a/></beans>\n<key><1></key>\n', None),
    Case("Dockerfile", "FROM node AS build\nENV A=1\nFROM node AS development\nENV KEY=<1>\n", DEV),
    Case("deploy.sh", 'case "$ENVIRONMENT" in\n  prod)\n    KEY=<1>\n    ;;\nesac\n', PROD),
    Case("Makefile", "dev:\n\tKEY=<1> npm start\n", DEV),
    Case("package.json", '{"scripts": {"test": "KEY=<1> jest"}}', TEST),
    Case("openapi.yaml", "components:\n  key:\n    example: <1>\n", EXAMPLE),
    Case(".gitlab-ci.yml", "deploy_production:\n  variables:\n    KEY: <1>\n", PROD),
    Case("tests/test_config.py", "class ProductionConfig:\n    KEY = '<1>'\n", TEST),
    Case("docs/config.md", "```\nNODE_ENV=production\nKEY=<1>\n```\n", EXAMPLE),
]

OWN = [
    Case("a.env", "SENDMAILOS_TEST_KEY=<1>\n", TEST, why="SENDMAILOS_TEST_KEY"),
    Case("a.env", "SENDMAILOS_API_KEY_PROD=<1>\n", PROD),
    Case("a.env", "DEV_SENDMAILOS_KEY=<1>\n", DEV),
    Case(".env.production", "SENDMAILOS_TEST_KEY=<1>\n", TEST),
    Case(".env.development", "SENDMAILOS_LIVE_KEY=<1>\n", DEV, why="file name"),
    Case(".env", "SENDMAILOS_LIVE_KEY=<1>\n", PROD),
    Case(".env", "APP_ENV=local\nSENDMAILOS_LIVE_KEY=<1>\n", DEV),
    Case("app.js", "const prodKey = '<1>';\n", PROD),
    Case("app.js", "const keys = { live: '<1>', test: 'a' };\n", PROD),
    Case("application.properties", "%dev.sendmailos.key=<1>\n", DEV),
]

CASES = [*NAMES, *FALSE_FRIENDS, *VARIABLES, *BLOCKS, *OWN]


@pytest.mark.parametrize("case", CASES, ids=[f"{one.path}-{number}" for number, one in enumerate(CASES)])
def test_stages(case: Case) -> None:
    said = look(case.path, case.text)
    assert (said.stage, said.firm) == (case.stage, case.firm and case.stage is not None), said.why
    assert case.why in said.why
    assert bool(said.why) is (said.stage is not None)
    assert key() not in said.why


def test_nothing_is_said_of_a_place_that_is_not_there() -> None:
    assert detect_stage(b"config.ini", b"[production]\nkey=1\n", 10_000) == UNKNOWN
    assert detect_stage(b"config.ini", b"", 0) == UNKNOWN
    assert detect_stage(b"", None, 0) == UNKNOWN
    assert detect_stage(b".env.production", None, 0).stage is PROD


def test_names_need_not_be_text() -> None:
    said = detect_stage(b"\xff\xfe/.env.production\xff", b"KEY=1", 0)
    assert said.stage is PROD
    assert said.why.isprintable()


PIECES = [
    "{", "}", "[", "]", "(", ")", "`", "/*", "*/", "//", "#", '"', "'", "\n", "  ", "\t", ":", "?", "=", "- ", "---",
    "else", "if", "case ", "production", "development", "NODE_ENV", "env", "class ", "<a", ">", "</a>", "#if DEBUG", "[prod]",
]  # fmt: skip
PATHS = [
    "a.yml", "a.json", "a.js", "a.py", "a.rb", "a.ini", "a.toml", "a.xml", "a.cs", "a.tf", "a.php", "Dockerfile", ".env", "a.sh",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(PATHS), st.integers(-5, 300), st.binary(max_size=40)
)
def test_no_text_is_too_odd(pieces: list[str], path: str, offset: int, rest: bytes) -> None:
    said = detect_stage(path.encode(), "".join(pieces).encode() + rest, offset)
    assert said.stage is None or said.why


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "piece",
    [
        "{",
        "<a>",
        "[",
        " ",
        "`",
        "/*",
        '"',
        "if (prod) {",
        "else {",
        "\n ",
        "NODE_ENV",
        "- ",
        "case x:",
        "\\",
        '\\"',
        "\\'",
    ],
)
def test_no_text_is_too_long(path: str, piece: str) -> None:
    """What takes more than a moment here would take hours: nothing is looked at twice for each byte."""
    data = piece.encode() * (2_000_000 // len(piece))
    detect_stage(path.encode(), data + b" production", len(data) // 2)
    detect_stage(path.encode(), b"production " + data, len(data))
