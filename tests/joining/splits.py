"""Sources in which a key is put together from pieces, by language: templates of one statement or of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

#: (pieces) -> a source; three pieces in any case
Writer = Callable[[str, str, str], str]


class Split(NamedTuple):
    """One way to put a text together."""

    name: str
    write: Writer
    #: whether the pieces are in one expression, so that the place is that of all of them
    together: bool = True


SPLITS = (
    Split("python, side by side", lambda a, b, c: f'KEY = (\n    "{a}"\n    "{b}"\n    "{c}"\n)\n'),
    Split("python, backslash", lambda a, b, c: f"KEY = '{a}' \\\n    '{b}' \\\n    '{c}'\n"),
    Split("python, plus", lambda a, b, c: f'KEY = "{a}" + "{b}" + "{c}"\n'),
    Split("python, join", lambda a, b, c: f'KEY = "".join(["{a}", "{b}", "{c}"])\n'),
    Split("python, join of a tuple", lambda a, b, c: f"KEY = ''.join(('{a}', '{b}', '{c}'))\n"),
    Split("python, format", lambda a, b, c: f'KEY = "{{}}{{}}{{}}".format("{a}", "{b}", "{c}")\n'),
    Split("python, numbered format", lambda a, b, c: f'KEY = "{{1}}{{0}}{{2}}".format("{b}", "{a}", "{c}")\n', False),
    Split("python, percent", lambda a, b, c: f'KEY = "%s%s%s" % ("{a}", "{b}", "{c}")\n'),
    Split("python, f-string", lambda a, b, c: f'a = "{a}"\nb = "{b}"\nKEY = f"{{a}}{{b}}{c}"\n', False),
    Split("python, names", lambda a, b, c: f'a = "{a}"\nb = "{b}"\nc = "{c}"\nKEY = a + b + c\n', False),
    Split("python, added", lambda a, b, c: f'key = "{a}"\nkey += "{b}"\nkey += "{c}"\nuse(key)\n', False),
    Split("javascript, plus", lambda a, b, c: f"const key = '{a}' + '{b}' +\n  '{c}';\n"),
    Split(
        "javascript, template", lambda a, b, c: f'const a = "{a}", b = "{b}";\nconst k = `${{a}}${{b}}{c}`;\n', False
    ),
    Split("javascript, literals in a template", lambda a, b, c: f'const k = `{a}${{"{b}"}}{c}`;\n'),
    Split("javascript, join", lambda a, b, c: f'const key = ["{a}", "{b}", "{c}"].join("");\n'),
    Split("javascript, list of lines", lambda a, b, c: f"const key = [\n  '{a}',\n  '{b}',\n  '{c}',\n].join('');\n"),
    Split("javascript, concat", lambda a, b, c: f'const key = "{a}".concat("{b}", "{c}");\n'),
    Split("typescript, member", lambda a, b, c: f'const p: string = "{a}{b}";\nsend({{ key: p + "{c}" }});\n', False),
    Split("java, plus", lambda a, b, c: f'String key = "{a}"\n    + "{b}"\n    + "{c}";\n'),
    Split("java, builder", lambda a, b, c: f'new StringBuilder("{a}").append("{b}").append("{c}").toString();\n'),
    Split("java, format", lambda a, b, c: f'String key = String.format("{a}%s%s", "{b}", "{c}");\n'),
    Split("java, join", lambda a, b, c: f'String key = String.join("", "{a}", "{b}", "{c}");\n'),
    Split("c#, plus", lambda a, b, c: f'var key = "{a}" + @"{b}" + "{c}";\n'),
    Split("c#, interpolated", lambda a, b, c: f'var b = "{b}{c}";\nvar key = $"{a}{{b}}";\n', False),
    Split("c#, concat", lambda a, b, c: f'var key = string.Concat("{a}", "{b}", "{c}");\n'),
    Split("c, side by side", lambda a, b, c: f'static const char key[] = "{a}" "{b}"\n    "{c}";\n'),
    Split("c, macro", lambda a, b, c: f'#define PREFIX "{a}"\nchar *key = PREFIX "{b}" "{c}";\n', False),
    Split("c++, stream", lambda a, b, c: f'out << "{a}" << "{b}" << "{c}";\n'),
    Split("php, dot", lambda a, b, c: f"$key = '{a}' . '{b}' . \"{c}\";\n"),
    Split("php, implode", lambda a, b, c: f"$key = implode('', ['{a}', '{b}', '{c}']);\n"),
    Split("php, names", lambda a, b, c: f"$a = '{a}';\n$b = '{b}{c}';\n$key = \"$a$b\";\n", False),
    Split("php, added", lambda a, b, c: f"$key = '{a}{b}';\n$key .= '{c}';\n", False),
    Split("go, plus", lambda a, b, c: f'key := "{a}" +\n\t"{b}" +\n\t"{c}"\n'),
    Split("go, join", lambda a, b, c: f'key := strings.Join([]string{{"{a}", "{b}", "{c}"}}, "")\n'),
    Split("go, sprintf", lambda a, b, c: f'key := fmt.Sprintf("%s%s%s", "{a}", "{b}", "{c}")\n'),
    Split("go, constant", lambda a, b, c: f'const prefix = "{a}"\nvar key = prefix + "{b}" + "{c}"\n', False),
    Split("ruby, side by side", lambda a, b, c: f'key = "{a}" \\\n      "{b}" \\\n      "{c}"\n'),
    Split("ruby, shovel", lambda a, b, c: f"key = '{a}' << '{b}' << '{c}'\n"),
    Split("ruby, interpolated", lambda a, b, c: f'rest = "{b}{c}"\nkey = "{a}#{{rest}}"\n', False),
    Split("ruby, join", lambda a, b, c: f"key = ['{a}', '{b}', '{c}'].join\n"),
    Split("rust, concat", lambda a, b, c: f'const KEY: &str = concat!("{a}", "{b}", "{c}");\n'),
    Split("rust, format", lambda a, b, c: f'let key = format!("{{}}{{}}{{}}", "{a}", "{b}", "{c}");\n'),
    Split("kotlin, plus", lambda a, b, c: f'val key = "{a}" + "{b}" + "{c}"\n'),
    Split("kotlin, template", lambda a, b, c: f'val rest = "{b}{c}"\nval key = "{a}$rest"\n', False),
    Split("swift, interpolated", lambda a, b, c: f'let rest = "{b}{c}"\nlet key = "{a}\\(rest)"\n', False),
    Split("lua, dots", lambda a, b, c: f'local key = "{a}" .. "{b}" .. "{c}"\n'),
    Split("basic, ampersand", lambda a, b, c: f'key = "{a}" & "{b}" & _\n      "{c}"\n'),
    Split("sql, bars", lambda a, b, c: f"SET k = '{a}' || '{b}' || '{c}';\n"),
    Split("sql, concat", lambda a, b, c: f"SELECT CONCAT('{a}', '{b}', '{c}');\n"),
    Split("powershell, plus", lambda a, b, c: f"$key = '{a}' + '{b}' + '{c}'\n"),
    Split("powershell, join", lambda a, b, c: f"$key = ('{a}', '{b}', '{c}') -join ''\n"),
    Split("shell, names", lambda a, b, c: f'A={a}{b}\nB={c}\nexport KEY="$A$B"\n', False),
    Split("shell, line goes on", lambda a, b, c: f"export KEY={a}{b}\\\n{c}\n"),
    Split("shell, quotes", lambda a, b, c: f"KEY='{a}{b}'\"{c}\"\n"),
    Split("dockerfile, line goes on", lambda a, b, c: f"ENV KEY={a}\\\n    {b}\\\n    {c}\n"),
    Split("yaml, folded", lambda a, b, c: f"key: >-\n  {a}{b}\n  {c}\nother: 1\n"),
    Split("yaml, literal", lambda a, b, c: f"key: |\n    {a}{b}\n    {c}\n"),
    Split("yaml, double quotes", lambda a, b, c: f'key: "{a}{b}\\\n  {c}"\n'),
    Split("elixir, angles", lambda a, b, c: f'key = "{a}" <> "{b}" <> "{c}"\n'),
    Split("r, paste0", lambda a, b, c: f'key <- paste0("{a}", "{b}", "{c}")\n'),
)
