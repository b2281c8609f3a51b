"""Generated secrets: values made up from a seed, in real places where secrets stand and in the syntaxes of languages.

Labelled repositories hold few of some syntaxes (elements of XML, Go, Terraform); a model that has seen none of them
takes every value there for none.
"""

from __future__ import annotations

import random
import string
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator

from keyguard.generic.assignments import gates
from keyguard.generic.assignments.candidates import Candidate, read
from keyguard.generic.assignments.names import is_password

_ALNUM = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_SIGNS = "!@#%^*-_=+?."
_WORD_LIST = """
summer winter orange purple river mountain tiger eagle falcon sunset coffee garden guitar rocket silver golden dragon
harbor maple cedar lemon copper castle bridge planet comet violet marble anchor basket candle desert ember forest
glacier hazel island jungle kettle lantern meadow nectar ocean pepper quartz raven saddle temple umbrella velvet
walnut yellow zephyr berlin madrid oslo paris lisbon thunder lightning hunter banana cherry
"""
_WORDS = _WORD_LIST.split()
_OF_PASSWORDS = """
password passwd db_password DB_PASSWORD dbPassword userPassword admin_password mysql.password
spring.datasource.password MYSQL_ROOT_PASSWORD POSTGRES_PASSWORD REDIS_PASSWORD smtp_password mailPassword PGPASSWORD
pwd keystorePassword sshpass passphrase ADMIN_PASS ftp_pass
"""
_OF_SECRETS = """
secret SECRET_KEY client_secret clientSecret jwtSecret JWT_SECRET api_key apiKey API_KEY access_token ACCESS_TOKEN
authToken auth_token token secret_key secretKey encryptionKey ENCRYPTION_KEY private_key signingKey api_secret
APP_SECRET session_secret cookieSecret webhook_secret secretAccessKey accessKeySecret consumer_secret
"""
_PASSWORD_NAMES, _SECRET_NAMES = _OF_PASSWORDS.split(), _OF_SECRETS.split()
#: extensions, and a line with a name and a value
_TEMPLATES = (
    ("xml config", " <{n}>{v}</{n}>"), ("xml config", '<property name="{n}" value="{v}"/>'),
    ("config xml", '<add key="{n}" value="{v}" />'), ("xml", '<bean {n}="{v}"/>'),
    ("go", '\t{n} := "{v}"'), ("go", 'const {n} = "{v}"'), ("go", '\t{n}: "{v}",'),
    ("php", "define('{n}', '{v}');"), ("php", "    '{n}' => '{v}',"), ("php", '${n} = "{v}";'),
    ("yaml yml", '- name: {n}\n  value: "{v}"'), ("yaml yml", "- name: {n}\n  value: {v}"), ("yaml yml", "  {n}: {v}"),
    ("yaml yml", '  {n}: "{v}"'), ("yaml yml", "  - {n}={v}"), ("json", '  "{n}": "{v}",'),
    ("json", '{{"name": "{n}", "value": "{v}"}}'), ("env", "{n}={v}"), ("env", 'export {n}="{v}"'),
    ("sh bash", "export {n}={v}"), ("sh bash", '{n}="{v}"'), ("sh", "docker run -e {n}={v} shop"),
    ("properties ini conf cfg", "{n}={v}"), ("properties ini conf cfg", "{n} = {v}"), ("toml", '{n} = "{v}"'),
    ("py", '{n} = "{v}"'), ("py", '    "{n}": "{v}",'), ("py", "client = Client({n}='{v}')"),
    ("py", 'os.environ["{n}"] = "{v}"'), ("js ts", 'const {n} = "{v}";'), ("js ts vue", "  {n}: '{v}',"),
    ("js ts", 'process.env.{n} = "{v}"'), ("rb", '  {n}: "{v}",'), ("rb", "ENV['{n}'] = '{v}'"),
    ("rb", "config.{n} = '{v}'"), ("java kt", 'String {n} = "{v}";'),
    ("java kt", '    private static final String {n} = "{v}";'), ("java kt", 'props.put("{n}", "{v}");'),
    ("cs", 'public const string {n} = "{v}";'), ("cs", '{n} = "{v}",'), ("tf", '  {n} = "{v}"'),
    ("swift", 'let {n} = "{v}"'), ("rs", 'let {n} = "{v}";'), ("docker", "ENV {n}={v}"), ("docker", "ARG {n}={v}"),
    ("sh ps1", "tool --{n} {v}"), ("sh", "tool --{n}={v} x"), ("groovy gradle", '{n} "{v}"'),
    ("sql", "ALTER USER shop IDENTIFIED BY '{v}';"), ("ex exs", 'config :shop, {n}: "{v}"'),
    ("scala", 'val {n} = "{v}"'),
    ("lua", '{n} = "{v}"'), ("c h cpp", '#define {n} "{v}"'), ("c cpp", 'const char *{n} = "{v}";'),
)  # fmt: skip
_BEFORE = ("", "# settings\n", "\n", "x = 1\n")
_EACH = 6
#: gates that drop what stands in a secret's place because of the value alone
_OF_VALUE = {
    "", "reference", "word", "placeholder", "own name", "lookup", "same character", "sample", "plain word",
    "identifier",
}  # fmt: skip
_MOST_ALIKE, _MOST_OF_REPOSITORY = 4, 40


def made_up(source: random.Random, password: bool) -> str:
    """Return a password or a generated secret."""
    return (_password(source) if password else _token(source)) or "x9T!kq2w"


def _draw(source: random.Random, alphabet: str, least: int, most: int = 0) -> str:
    return "".join(source.choice(alphabet) for _ in range(source.randint(least, most or least)))


def _password(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.35:
        return _draw(source, _ALNUM, 8, 20)
    if kind < 0.5:
        return _draw(source, _ALNUM + _SIGNS, 8, 20).lstrip(_SIGNS)
    if kind < 0.75:
        word = source.choice(_WORDS)
        word = source.choice([word, word.capitalize(), word.upper(), word.replace("e", "3").replace("o", "0")])
        return (
            word
            + source.choice(["", "_", "-", ".", "@"])
            + _draw(source, "0123456789", 1, 4)
            + source.choice("!#?$ ").strip()
        )
    if kind < 0.9:
        words = source.choice(_WORDS).capitalize() + source.choice(["", "-", "_", "."]) + source.choice(_WORDS)
        return words + source.choice(["", "1", "77", "2021", "!"])
    return _draw(source, _HEX, source.choice([16, 32]))


def _token(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.3:
        return _draw(source, _HEX, source.choice([16, 24, 32, 32, 40, 40, 48, 64]))
    if kind < 0.6:
        return _draw(source, _ALNUM, source.choice([16, 20, 24, 32, 32, 40, 43, 64]))
    if kind < 0.75:
        return _draw(source, _ALNUM + "-_", source.choice([20, 22, 32, 43, 64])).lstrip("-")
    if kind < 0.85:
        return _draw(source, _ALNUM + "+/", source.choice([22, 27, 43])).lstrip("+/") + source.choice(["", "="])
    if kind < 0.96:
        case = source.choice([string.ascii_lowercase, string.ascii_lowercase, string.ascii_uppercase])
        return _draw(source, case + string.digits, source.choice([16, 20, 26, 32, 40]))
    return _draw(source, _ALNUM + _SIGNS, source.choice([32, 50])).lstrip(_SIGNS)


def from_templates(seed: int = 3) -> Iterator[Candidate]:
    """Yield a few candidates for each syntax of each language."""
    source = random.Random(seed)
    for extensions, template in _TEMPLATES:
        for extension in extensions.split():
            for _ in range(_EACH):
                found = _from_template(source, extension, template)
                if found is not None and gates.dropped(found) is None:
                    yield found


def _from_template(source: random.Random, extension: str, template: str) -> Candidate | None:
    password = source.random() < 0.5
    value = made_up(source, password)
    name = source.choice(_PASSWORD_NAMES if password else _SECRET_NAMES)
    data = (source.choice(_BEFORE) + template.format(n=name, v=value) + "\n").encode()
    path = {"env": ".env", "docker": "Dockerfile"}.get(extension, f"src/app.{extension}").encode()
    closed = data.rindex(value.encode()) if "<" not in template else data.index(value.encode())
    ends = (min(len(data), closed + len(value.encode()) + more) for more in range(4))
    return next((one for end in ends if (one := read(data, end, path)) is not None and one.value == value), None)


def in_real_places(repository: str, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield candidates of a repository with made-up values instead of a reference, a placeholder or a word."""
    source = random.Random(zlib.crc32(repository.encode()))
    pool = [one for one in candidates if _takes_a_secret(one)]
    source.shuffle(pool)
    alike, count = Counter[tuple[str, ...]](), 0
    for one in pool:
        place = (one.kind, one.operator, one.quote, one.file.extension)
        if alike[place] >= _MOST_ALIKE or count >= _MOST_OF_REPOSITORY:
            continue
        changed = _with_value(one, made_up(source, is_password(one.name)))
        if gates.dropped(changed) is None:
            alike[place] += 1
            count += 1
            yield changed


def _takes_a_secret(candidate: Candidate) -> bool:
    gate = gates.dropped(candidate)
    if (gate[0] if gate else "") not in _OF_VALUE or (candidate.file.is_code and not candidate.quote):
        return False
    return gates.speaks_of_a_secret(candidate)


def _with_value(candidate: Candidate, value: str) -> Candidate:
    end = candidate.value_at + len(candidate.value)
    line = candidate.line[: candidate.value_at] + value + candidate.line[end:]
    return candidate._replace(value=value, line=line, wrap="" if gates.is_lookup(candidate) else candidate.wrap)
