"""Passwords that protect nothing: defaults of products, samples of tutorials, wrong passwords of tests, user names.

A finding with such a password is informational (``JudgedSecret.weak``). A password that a person could merely guess is
not listed here: it is a secret like any other.
"""

from __future__ import annotations

import re
from functools import lru_cache

from keyguard.support.regex import expression

#: the reason for a password that is in the list
KNOWN_DEFAULT = "a known default or one of the most common passwords"
#: longer passwords are not compared with the lists
_LONGEST = 48

#: (user, password) that a product, an image or its manual begins with; where both are equal no entry is needed
_PAIR_LIST = """
root:toor root:calvin root:my-secret-pw root:alpine root:vagrant pi:raspberry tomcat:s3cret sys:change_on_install
system:manager system:oracle scott:tiger hr:hr oe:oe sa:yourstrong(!)password sa:your_password123
postgres:mysecretpassword minio:minio123 weblogic:welcome1 elastic:changeme neo4j:neo4j neo4j:test neo4j:letmein
admin:zabbix admin:1234 ubnt:ubnt cisco:cisco homestead:secret sail:password rundeck:admin airflow:airflow
nexus:admin123 admin:admin123 admin:district admin:geoserver admin:secret jovyan:jupyter foo:bar user:pass alice:bob
spring:spring rabbit:rabbit devuser:devpass aladdin:opensesame
"""
#: passwords of one word; digits and signs at the end, and letters that are written as digits, do not matter
_WORD_LIST = """
password passwd passw passwort kennwort contrasena motdepasse senha haslo parola pass pwd psw pw secret geheim
topsecret supersecret verysecret admin administrator root toor superuser sysadmin test tests testing tester guest user
username usr demo default changeme changeit changethis changemenow letmein welcome qwerty qwertyuiop qwertz azerty
asdf asdfgh asdfghjkl asdfasdf zxcvbn zxcvbnm qazwsx foo bar baz qux quux foobar foobarbaz barfoo blah hello
helloworld world dummy example sample fake mock stub dragon monkey iloveyou master login temp temporary abc abcd abcde
abcdef abcdefg abcdefgh xyz xxx aaa whatever something somepassword anything nopassword opensesame notsecret nosecret
insecure unsafe docker vagrant ansible kubernetes postgres postgresql mysql mariadb mongo mongodb redis rabbit
rabbitmq minio minioadmin neo4j elastic kibana grafana jenkins sonar sonarqube nexus tomcat oracle tiger scott manager
weblogic raspberry ubuntu centos debian alpine django rails laravel symfony wordpress drupal joomla magento homestead
sail strapi keycloak airflow superset hasura kong zabbix nagios cassandra couchdb influxdb clickhouse cockroach hive
calvin smartvm cubswin gocubsgo
orientdb rethinkdb tensorflow librechat druid
hadoop spark solr kafka zookeeper activemq artemis wildfly jboss glassfish payara jupyter gitlab gitea odoo moodle
nextcloud ldap samba proxy squid dev develop developer development local localhost staging prod production database db
sa dba dbuser dbpass app appuser api service server client correcthorsebatterystaple swordfish foobared unused kubeadmin
"""
#: words that together make up a sample: ``my-test-password``, ``wrongPassword``, ``user1pass``, ``secret_token_value``
_PART_LIST = """
an my your our the this is not no new old some any other another first second one two bad wrong invalid incorrect
correct valid good right strong weak real very super top long short random simple safe value key token phrase word
code name string text here me it with for only use do change replace set reset nota forgot forgotten confirm current
original initial expired empty hidden unknown public private auth basic bearer smtp ftp ssh http mail email account
sql web site system basicauth s3 aws access apikey secretkey
"""

_PAIRS = frozenset(pair.partition(":")[::2] for pair in _PAIR_LIST.split())
#: what neither a password nor a sample of one ends in by chance
_ENDING = expression(r"[\d!@#$%&*?._+=~-]{1,10}\Z")
#: of the passwords of accounts in samples: ``foremanpw``, ``shop_secret``
_NAMED_ENDING = expression(r"(?<=\w)(?:password|passwd|passw|pass|pwd|pw|secret|123)\Z")
_LETTERS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
#: compared after digits are read as letters, in the value and in the lists
_WORDS = frozenset(_WORD_LIST.translate(_LETTERS).split())
_PARTS = _WORDS | frozenset(_PART_LIST.translate(_LETTERS).split())
_RUNS = expression(
    r"(?:0?123(?:4(?:5(?:6(?:7(?:8(?:9(?:01?|10)?)?)?)?)?)?)?|987654321?|654321|(\d)\1{2,11}|123123|112233|121212|123321)!?"
    r"|(?:[1q]qaz|1qaz2wsx|q1w2e3(?:r4(?:t5)?)?|abc123|123abc|a1b2c3(?:d4)?|1q2w3e(?:4r(?:5t)?)?)!?",
    re.IGNORECASE,
)
#: compared after digits are read as letters
_SAYS_SO = expression(r"[a-z_.-]{0,24}(?:password|passwd|passphrase|passwort|secret)[a-z_.-]{0,12}[\d!#*]{0,6}")
_NUMBERS = expression(r"\d{1,4}")
_SEPARATORS = expression(r"[\W_]+")
_LONGEST_WORD = max(map(len, _PARTS))

_LOCAL = expression(
    r"localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1?\]?|host\.docker\.internal|[a-z0-9_-]{1,40}"
    r"|(?:[a-z0-9_-]{1,63}\.){1,8}(?:local|localhost|localdomain|internal|lan|home|svc|svc\.cluster\.local)",
    re.IGNORECASE,
)
_SAMPLE_HOST = expression(
    r"(?:[a-z0-9_-]{1,63}\.){0,8}(?:(?:example|examplesite|mydomain|yourdomain|domain|your[a-z-]{0,20}|foo|bar|foobar|contoso"
    r"|somewhere|somehost|myhost|hostname|yourhost|myserver|host|server|site|test|fake|dummy|mock)\.(?:com|org|net|io|dev|co|tld)"
    r"|example|invalid|test)",
    re.IGNORECASE,
)


@lru_cache(4096)
def weak_reason(password: str, user: str = "") -> str:
    """Return why a password is a default or a sample, as a phrase without any part of it; empty if it is neither.

    The user is the account's name if the syntax gives one. Case does not matter.
    """
    if len(password) > _LONGEST:
        return ""
    lowered, name = password.lower(), user.lower()
    if name and lowered == name:
        return "the password is the user's name"
    if (name, lowered) in _PAIRS:
        return "a known default of a product"
    if _RUNS.fullmatch(lowered):
        return "one of the most common passwords"
    bare = _ENDING.sub("", lowered)
    if len(bare) < 3 or len(bare) * 5 < len(password) * 2:  # mostly digits: the few letters say nothing
        bare = lowered
    for text in (lowered, bare):
        folded = _SEPARATORS.sub("", text.translate(_LETTERS))
        if folded in _WORDS:
            return KNOWN_DEFAULT
        if name and len(folded) > 2 and _NAMED_ENDING.sub("", folded) == _SEPARATORS.sub("", name.translate(_LETTERS)):
            return "the password is the user's name with an ending"
    if _SAYS_SO.fullmatch(lowered) or _SAYS_SO.fullmatch(lowered.translate(_LETTERS)):
        return "a sample: it says that it is a password"
    for text in (bare.translate(_LETTERS), _NUMBERS.sub("", bare)):
        words = _SEPARATORS.sub("", text)
        # what is left of a random value without its digits can be a word, but is short
        if len(words) * 3 >= len(password) * 2 and _consists_of_words(words):
            return "a sample: words for a password, a test or a user, and nothing else"
    return ""


def is_local(host: str) -> bool:
    """Whether a host is this machine, a container or a name of a private network; no address but loopback is."""
    return _LOCAL.fullmatch(host) is not None


def is_sample(host: str) -> bool:
    """Whether a host is one that documents use: ``example.com`` and its like, or a domain reserved for tests."""
    return _SAMPLE_HOST.fullmatch(host) is not None


def _consists_of_words(text: str) -> bool:
    """Whether the text is a sequence of known words; linear in its length, which is bounded."""
    if len(text) < 5:
        return False
    ends = {0}
    for start in range(len(text)):
        if start in ends:
            last = min(len(text), start + _LONGEST_WORD)
            ends.update(end for end in range(start + 1, last + 1) if text[start:end] in _PARTS)
    return len(text) in ends
