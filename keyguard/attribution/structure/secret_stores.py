"""Read the name under which a secret is kept: in a Kubernetes Secret, or by the command of a secret store."""

from __future__ import annotations

import re

from keyguard.attribution.structure.frames import Window
from keyguard.support.regex import expression

#: commands that store a secret, up to its name
_COMMANDS = expression(
    rb"(?:kubectl|oc)\s[^|;&]{0,80}?create\s+secret\s+(?:generic|opaque)\s+[\"']?(?P<k>[\w./-]{2,80})"
    rb"|docker\s+secret\s+create\s+(?:-\S+\s+){0,4}[\"']?(?P<d>[\w./-]{2,80})"
    rb"|aws\s+ssm\s+put-parameter\s[^|;&]{0,200}?--name[\s=]+[\"']?(?P<s>[\w./-]{2,80})"
    rb"|aws\s+secretsmanager\s+(?:create-secret|put-secret-value|update-secret)\s[^|;&]{0,200}?"
    rb"--(?:name|secret-id)[\s=]+[\"']?(?P<m>[\w./-]{2,80})"
    rb"|vault\s+(?:kv\s+)?(?:put|write|patch)\s+(?:-\S+\s+){0,4}[\"']?(?P<v>[\w./-]{2,80})"
    rb"|az\s+keyvault\s+secret\s+set\s[^|;&]{0,200}?(?:--name|-n)[\s=]+[\"']?(?P<a>[\w./-]{2,80})"
    rb"|gh\s+(?:secret|variable)\s+set\s+(?:-\S+\s+){0,4}[\"']?(?P<g>[\w./-]{2,80})"
    rb"|gcloud\s+secrets\s+(?:create|versions\s+add)\s+[\"']?(?P<c>[\w./-]{2,80})"
    rb"|(?:wrangler|flyctl|fly|vercel|netlify|doppler|pulumi|eas|supabase)\s+(?:secrets?|env|config)[\s:]+(?:set|put|add|create)"
    rb"\s+(?:-\S+\s+){0,4}[\"']?(?P<w>[\w./-]{2,80})(?=[\s\"'])"
)
#: the ends of a command
_END = expression(rb"(?<!\\)\n|;|&&|\|\|")
#: where a command has the value of the secret
_VALUE = expression(
    rb"(?:--(?:from-literal|value|body|secret-string|data|text|secret)[\s=]+[\"']?(?:[\w.-]{1,80}=)?[\"']?|-b[\s=]+[\"']?|\s[\w.-]{1,80}=[\"']?"
    rb"|(?:echo|printf)\s+(?:-\w+\s+)?[\"']?|<<<\s*[\"']?|\s[\"']?)$"
)
_KIND = expression(rb"(?m)^[ \t]*[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?(?:Secret|SealedSecret|ExternalSecret)\b")
_METADATA = expression(
    rb"(?m)^(?P<in>[ \t]*)metadata:[ \t]*(?:#.*)?\r?\n(?P<all>(?:(?P=in)[ \t]+.*(?:\r?\n|\Z)|[ \t]*\r?\n)+)"
)
_NAME = expression(rb"(?m)^([ \t]+)name:[ \t]*[\"']?([\w.-]{2,80})[\"']?[ \t]*(?:#.*)?$")
_DATA = expression(rb"(?m)^(?:string)?[dD]ata:[ \t]*$")


def stored_name(window: Window) -> bytes:
    """Return the name under which the key is kept; empty if it is not known."""
    return _command_name(window) or _manifest_name(window)


def _command_name(window: Window) -> bytes:
    text, at = window.text, window.at
    low = max(0, at - 600)
    starts = [one.end() for one in _END.finditer(text, low, at)]
    start = starts[-1] if starts else low
    end = _END.search(text, at)
    line = text[start : end.start() if end else len(text)][:1500]
    key = at - start
    found = [*_COMMANDS.finditer(line)]
    if len(found) != 1 or not _VALUE.search(line, 0, key):
        return b""
    name = next(one for one in found[0].groups() if one)
    return b"" if b"\0" in name else name


def _manifest_name(window: Window) -> bytes:
    """Return the name of the Kubernetes Secret that the key is in."""
    text, at = window.text, window.at
    starts = [one.end() for one in re.finditer(rb"(?m)^---[ \t]*$", text[:at])]
    start = starts[-1] if starts else 0
    end = re.compile(rb"(?m)^---").search(text, at)
    document = text[start : end.start() if end else len(text)]
    if not _KIND.search(document):
        return b""
    datas = [one.start() for one in _DATA.finditer(document, 0, at - start)]
    described = [*_METADATA.finditer(document)]
    if len(described) != 1 or not datas:
        return b""
    names = [*_NAME.finditer(described[0]["all"])]
    least = min((len(one[1]) for one in names), default=0)
    names = [one for one in names if len(one[1]) == least]
    return names[0][2] if len(names) == 1 else b""
