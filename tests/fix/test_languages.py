"""Keys in Go, Java, JavaScript, PHP, Ruby, TypeScript and YAML, and what comes in their place."""

from __future__ import annotations

import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.fix.code import LANGUAGES, grammar, replace_literal
from keyguard.fix.code.edits import Refused, Replaced
from tests.fix.replacing import KEY, VARIABLE, Row, check, replaced

IMPORT = 'import "os"'
GO = [
    Row("no imports", 'package m\n\nvar k = "§"\n', 'package m\n\nimport "os"\n\nvar k = os.Getenv("$X")\n'),
    Row("imported", f"package m\n{IMPORT}\nvar k = `§`\n", f'package m\n{IMPORT}\nvar k = os.Getenv("$X")\n'),
    Row(
        "one import, and a part of an argument",
        'package m\n\nimport "fmt"\n\nfunc f() { g("Bearer §") }\n',
        'package m\n\nimport "fmt"\nimport "os"\n\nfunc f() { g("Bearer " + os.Getenv("$X")) }\n',
    ),
    Row(
        "in the order of a group",
        'package m\r\n\r\nimport (\r\n\t"fmt"\r\n\t"time"\r\n\r\n\t"x.org/y"\r\n)\r\n\r\nvar k = []byte("§")\r\n',
        'package m\r\n\r\nimport (\r\n\t"fmt"\r\n\t"os"\r\n\t"time"\r\n\r\n\t"x.org/y"\r\n)\r\n\r\n'
        'var k = []byte(os.Getenv("$X"))\r\n',
    ),
    Row(
        "last of a group",
        'package m\n\nimport (\n\t"fmt" // prints\n)\n\nvar k = T{K: "§"}\n',
        'package m\n\nimport (\n\t"fmt" // prints\n\t"os"\n)\n\nvar k = T{K: os.Getenv("$X")}\n',
    ),
    Row(
        "before others' packages",
        'package m\n\nimport (\n\t"x.org/y"\n)\n\nvar k string = "§"\n',
        'package m\n\nimport (\n\t"os"\n\n\t"x.org/y"\n)\n\nvar k string = os.Getenv("$X")\n',
    ),
    Row(
        "by another name",
        'package m\n\nimport sys "os"\n\nvar k = a == "x§y"\n',
        'package m\n\nimport sys "os"\n\nvar k = a == ("x" + sys.Getenv("$X") + "y")\n',
    ),
    Row(
        "in a sum",
        f"package m\n{IMPORT}\nvar k = a + `x§`\n",
        f'package m\n{IMPORT}\nvar k = a + `x` + os.Getenv("$X")\n',
    ),
    Row(
        "a word before it",
        f'package m\n{IMPORT}\nfunc f() string {{ return"§" }}\n',
        f'package m\n{IMPORT}\nfunc f() string {{ return os.Getenv("$X") }}\n',
    ),
    Row("a constant", 'package m\n\nconst k = "§"\n', reason="constant"),
    Row("a length", 'package m\nvar k [len("§")]int\n', reason="length of an array"),
    Row("a tag", "package m\ntype T struct {\n\tA string `k:\"§\"`\n}\n", reason="tag"),
    Row("a package", 'package m\nimport "x/§"\n', reason="name of a package"),
    Row("a type of its own", 'package m\nvar k Key = "§"\n', reason="type of its own"),
    Row("what a function gives", 'package m\nfunc f() Key { return "§" }\n', reason="type of its own"),
    Row("what a function gives among others", 'package m\nfunc f() (n int, k Key) { return 1, "§" }\n',
        reason="type of its own"),
    Row("the value of a map", 'package m\nvar m = map[string]Key{"a": "§"}\n', reason="type of its own"),
    Row("the key of a map", 'package m\nvar m = map[Key]string{"§": "a"}\n', reason="type of its own"),
    Row("one of a list", 'package m\nvar m = []Key{"§"}\n', reason="type of its own"),
    Row("texts", f'package m\n{IMPORT}\nfunc f() (string, error) {{ return m[map[string]string{{"a": "§"}}], nil }}\n',
        f'package m\n{IMPORT}\nfunc f() (string, error) {{ return m[map[string]string{{"a": os.Getenv("$X")}}], nil }}\n'),
    Row("more on the line of the package", 'package m; var k = "§"\n', reason="more on the line"),
    Row(
        "before what is said of the next import",
        'package m\n\nimport (\n\t"a" // first\n\t// clocks\n\t"time"\n)\nvar k = "§"\n',
        'package m\n\nimport (\n\t"a" // first\n\t"os"\n\t// clocks\n\t"time"\n)\nvar k = os.Getenv("$X")\n',
    ),
    Row("os is something else", 'package m\nfunc f(os int) { g("§") }\n', reason="called os"),
    Row("imports on one line", 'package m\nimport ("fmt")\nvar k = "§"\n', reason="by hand"),
    Row("escapes beside it", f'package m\n{IMPORT}\nvar k = g("\\n§\\n")\n',
        f'package m\n{IMPORT}\nvar k = g("\\n" + os.Getenv("$X") + "\\n")\n'),
    Row("more results than the function says", f'package m\n{IMPORT}\nfunc f() (a, b string) {{ return 1, 2, "§" }}\n',
        f'package m\n{IMPORT}\nfunc f() (a, b string) {{ return 1, 2, os.Getenv("$X") }}\n'),
    Row("below a comment on the whole group",
        'package m\n\nimport (\n\t// first\n\t// of all\n\t"time"\n)\nvar k = "§"\n',
        'package m\n\nimport (\n\t"os"\n\t// first\n\t// of all\n\t"time"\n)\nvar k = os.Getenv("$X")\n'),
    Row("no package", 'var k = "§"\n', reason="which package"),
    Row("a comment", "package m\n// §\n", reason="in a comment"),
    Row("no Go", 'package m\nvar k = = "§"\n', reason="does not parse as Go"),
]  # fmt: skip
JAVA = [
    Row("a field", 'class A { static final String K = "§"; }\n', 'class A { static final String K = System.getenv("$X"); }\n'),
    Row("a part", 'class A { void f() { g("a §"); } }\n', 'class A { void f() { g("a " + System.getenv("$X")); } }\n'),
    Row("called", 'class A { void f() { return"§ ".trim(); } }\n',
        'class A { void f() { return(System.getenv("$X") + " ").trim(); } }\n'),
    Row("in a sum", 'class A { String k = a + "x§y"; }\n', 'class A { String k = a + "x" + System.getenv("$X") + "y"; }\n'),
    Row("compared", 'class A { boolean k = a == "x§"; }\n', 'class A { boolean k = a == ("x" + System.getenv("$X")); }\n'),
    Row("an annotation", 'class A { @Value("§") String k; }\n', reason="only constants"),
    Row("an annotation with names", 'class A { @Value(a = {"§"}) String k; }\n', reason="only constants"),
    Row("a default of an annotation", '@interface A { String k() default "§"; }\n', reason="only constants"),
    Row("a label", 'class A { void f() { switch (x) { case "§": break; } } }\n', reason="only constants"),
    Row("a label with an arrow", 'class A { int f() { return switch (x) { case "§" -> 1; default -> 2; }; } }\n',
        reason="only constants"),
    Row("named by an annotation", 'class A { static final String K = "§"; @V(K) int x; }\n', reason="by its name"),
    Row("named by a label", 'class A { static final String K = "§"; void f() { switch (x) { case K: break; } } }\n',
        reason="by its name"),
    Row("a text block", 'class A { String k = """\n  §\n  """; }\n', reason="text block"),
    Row("another constant is made of it",
        '@V(L) class A { static final String K = "§"; static final String L = K + "x"; }\n', reason="by its name"),
    Row("System is another class", 'import com.x.System; class A { String k = "§"; }\n', reason="called System"),
    Row("System by its whole name", 'import java.lang.System; class A { String k = "§"; }\n',
        'import java.lang.System; class A { String k = System.getenv("$X"); }\n'),
    Row("System is one of several", 'class A { void f() { for (X System : x) g("§"); } }\n', reason="called System"),
    Row("System is what a lambda takes", 'class A { F f = System -> g("§"); }\n', reason="called System"),
    Row("System is something else", 'class A { class System {} String k = "§"; }\n', reason="called System"),
    Row("a comment", "/* § */ class A {}\n", reason="in a comment"),
    Row("no Java", 'class A { String k = "§" }\n', reason="does not parse"),
]  # fmt: skip
PHP = [
    Row("alone", "<?php\n$k = '§';\n", "<?php\n$k = getenv('$X');\n"),
    Row("a part", "<?php\nf(\"a § $b\");\n", "<?php\nf(\"a \" . getenv('$X') . \" $b\");\n"),
    Row("in an array", "<?php\nreturn['k'=>'§'];\n", "<?php\nreturn['k'=>getenv('$X')];\n"),
    Row("compared", "<?php\nif ($k == 'a§') {}\n", "<?php\nif ($k == ('a' . getenv('$X'))) {}\n"),
    Row("put together", "<?php\n$h = 'a' . 'b §';\n", "<?php\n$h = 'a' . 'b ' . getenv('$X');\n"),
    Row("said", "<?php echo'§';\n", "<?php echo getenv('$X');\n"),
    Row("defined", "<?php define('K', '§');\n", "<?php define('K', getenv('$X'));\n"),
    Row("in a method", "<?php class A { function f() { return '§'; } }\n",
        "<?php class A { function f() { return getenv('$X'); } }\n"),
    Row("a constant of a class", "<?php class A { const K = '§'; }\n", reason="only constants"),
    Row("a constant", "<?php const K = '§';\n", reason="only constants"),
    Row("a property", "<?php class A { private $k = ['a' => '§']; }\n", reason="only constants"),
    Row("a default", "<?php function f($k = '§') {}\n", reason="only constants"),
    Row("a property that is promoted", "<?php class A { function __construct(private $k = '§') {} }\n",
        reason="only constants"),
    Row("a static variable", "<?php function f() { static $k = '§'; }\n", reason="only constants"),
    Row("a case", "<?php enum E: string { case A = '§'; }\n", reason="only constants"),
    Row("an attribute", "<?php #[A('§')] function f() {}\n", reason="only constants"),
    Row("a heredoc", "<?php $k = <<<E\n§\nE;\n", reason="not stand in a text"),
    Row("a page", "<b>§</b><?php f();\n", reason="not stand in a text"),
    Row("getenv is something else", "<?php\nnamespace A; function getenv() {} $k = '§';\n", reason="called getenv"),
    Row("getenv is from elsewhere", "<?php\nuse function X\\getenv; $k = '§';\n", reason="called getenv"),
    Row("a comment", "<?php # §\n", reason="in a comment"),
    Row("a backslash before it", "<?php $k = '\\§';\n", reason="escapes"),
    Row("no PHP", "<?php $k = ;'§'\n", reason="does not parse"),
]  # fmt: skip
RUBY = [
    Row("alone", "K = '§'\n", 'K = ENV.fetch("$X")\n'),
    Row("a part", 'h = "a §"\n', 'h = "a #{ENV.fetch("$X")}"\n'),
    Row("a part in single quotes", "f'a §', 1\n", 'f"a #{ENV.fetch("$X")}", 1\n'),
    Row("beside another interpolation", 'h = "#{a} § #{b}"\n', 'h = "#{a} #{ENV.fetch("$X")} #{b}"\n'),
    Row("beside another", "h = 'a' '§'\n", "h = 'a' \"#{ENV.fetch(\"$X\")}\"\n"),
    Row("percent", "h = %Q(a §)\n", 'h = %Q(a #{ENV.fetch("$X")})\n'),
    Row("all of a percent", "h = %q(§)\n", 'h = ENV.fetch("$X")\n'),
    Row("a value", "h = { key: '§' }\n", 'h = { key: ENV.fetch("$X") }\n'),
    Row("a key with an arrow", "h = { '§' => 1 }\n", 'h = { ENV.fetch("$X") => 1 }\n'),
    Row("a heredoc", "h = <<~A\n  é §\nA\n", 'h = <<~A\n  é #{ENV.fetch("$X")}\nA\n'),
    Row("the first of two heredocs", "f(<<~A, <<~'B')\n  §\nA\n  b\nB\n", "f(<<~A, <<~'B')\n  #{ENV.fetch(\"$X\")}\nA\n  b\nB\n"),
    Row("a raw heredoc", "f(<<~A, <<~'B')\n  a\nA\n  §\nB\n", reason="nothing is replaced"),
    Row("a command", "`curl §`\n", '`curl #{ENV.fetch("$X")}`\n'),
    Row("a word before it", "return'§'\n", 'return ENV.fetch("$X")\n'),
    Row("a name", "h = { '§': 1 }\n", reason="key of a hash"),
    Row("a symbol", 'h = :"§"\n', reason="not stand in a text"),
    Row("words", "h = %w[a §]\n", reason="not stand in a text"),
    Row("a pattern", "h = /§/\n", reason="not stand in a text"),
    Row("raw percent", "h = %q(a §)\n", reason="nothing is replaced"),
    Row("escapes", "h = '\\\\ §'\n", reason="escapes"),
    Row("nothing uses it", "'§'\n", reason="nothing uses"),
    Row("ENV is something else", "ENV = {}\nf '§'\n", reason="called ENV"),
    Row("ENV is a class", "class ENV; end\nf '§'\n", reason="called ENV"),
    Row("a comment", "# §\n", reason="in a comment"),
    Row("no Ruby", "h = = '§'\n", reason="does not parse"),
]  # fmt: skip
JAVASCRIPT = [
    Row("alone", "const k = '§';\n", "const k = process.env.$X;\n"),
    Row("a part", 'const h = {a: "b § c"};\n', "const h = {a: `b ${process.env.$X} c`};\n"),
    Row("what means something in a template", "f('`a` ${b} \\${c} \\' §')\n", "f(`\\`a\\` \\${b} \\${c} \\' ${process.env.$X}`)\n"),
    Row("a template", "fetch(`${a}?k=§&b`)\n", "fetch(`${a}?k=${process.env.$X}&b`)\n"),
    Row("all of a template", "f(`§`)\n", "f(process.env.$X)\n"),
    Row("words around it", "function f() { return'§'in a }\n", "function f() { return process.env.$X in a }\n"),
    Row("in a tag", 'const t = <A k="§" />;\n', "const t = <A k={process.env.$X} />;\n"),
    Row("in a part of a tag", 'const t = <A k="a §" />;\n', "const t = <A k={`a ${process.env.$X}`} />;\n"),
    Row("in an expression of a tag", "const t = <A k={'§'} />;\n", "const t = <A k={process.env.$X} />;\n"),
    Row("with the process imported", "import process from 'node:process'; f('§')\n",
        "import process from 'node:process'; f(process.env.$X)\n"),
    Row("an argument called document", "function f(document) { g('§', document.a) }\n",
        "function f(document) { g(process.env.$X, document.a) }\n"),
    Row("a text in a tag", "const t = <A>§</A>;\n", reason="not stand in a text"),
    Row("entities", 'const t = <A k="&amp; §" />;\n', reason="only a tag"),
    Row("a key", "const h = {'§': 1};\n", reason="a name there"),
    Row("a method", "class A { '§'() {} }\n", reason="a name there"),
    Row("a module", "import a from '§';\n", reason="name of a module"),
    Row("a template with a tag", "f(sql`§`)\n", reason="before the template"),
    Row("octal", "f('\\1 §')\n", reason="escapes"),
    Row("a pattern", "f(/§/)\n", reason="not stand in a text"),
    Row("nothing uses it", "'§'\n", reason="nothing uses"),
    Row("for a client", "'use client';\nf('§')\n", reason="browser"),
    Row("Vite", "f(import.meta.env.MODE, '§')\n", reason="browser"),
    Row("a window", "window.k = '§';\n", reason="browser"),
    Row("a component with state", "import { useState } from 'react';\nf('§')\n", reason="browser"),
    Row("a default", "export default '§';\n", "export default process.env.$X;\n"),
    Row("whether there is a window", "if (typeof window === 'undefined') f('§')\n",
        "if (typeof window === 'undefined') f(process.env.$X)\n"),
    Row("a window of its own", "const { window } = dom; window.x('§')\n", "const { window } = dom; window.x(process.env.$X)\n"),
    Row("a shell", "import { $ } from 'zx'; $.x('§')\n", "import { $ } from 'zx'; $.x(process.env.$X)\n"),
    Row("a script for a shell", "$`ls`; f('§')\n", "$`ls`; f(process.env.$X)\n"),
    Row("a function called alert", "function alert() {}\nalert('§')\n", "function alert() {}\nalert(process.env.$X)\n"),
    Row("a key called vue", "f({ kind: 'vue', k: '§' })\n", "f({ kind: 'vue', k: process.env.$X })\n"),
    Row("a call about vue", "f('vue', '§')\n", "f('vue', process.env.$X)\n"),
    Row("a method called fetch", "x = { fetch() { return '§' } }\n", "x = { fetch() { return process.env.$X } }\n"),
    Row("a name from another module", "export { k } from '§';\n", reason="name of a module"),
    Row("about an import", "import k from './k.json' with { type: '§' };\n", reason="about an import"),
    Row("a page", "(function (window, document) { document.write('§'); })(window, document);\n", reason="browser"),
    Row("jQuery", "$(function () { $.ajax('§'); });\n", reason="browser"),
    Row("a request of a page", "const r = new XMLHttpRequest(); r.open('GET', '§');\n", reason="browser"),
    Row("Vue", "import { ref } from 'vue'; f('§')\n", reason="browser"),
    Row("a phone", "const { View } = require('react-native'); f('§')\n", reason="an app has this file"),
    Row("Deno", "Deno.serve(() => f('§'));\n", reason="another way than process.env"),
    Row("a module by its address", "import x from 'https://deno.land/x/y.ts'; f('§');\n", reason="another way"),
    Row("a worker", "export default { async fetch(request, env) { return f('§'); } };\n", reason="another way"),
    Row("process is one of several", "for (const process of ps) { f('§') }\n", reason="called process"),
    Row("process is given another meaning", "process = 1; f('§')\n", reason="called process"),
    Row("process is something else", "function f(process) { g('§') }\n", reason="called process"),
    Row("process is a variable", "const process = a; f('§')\n", reason="called process"),
    Row("process is what an arrow takes", "h(process => f('§'))\n", reason="called process"),
    Row("process is another module", "import process from './process'; f('§')\n", reason="called process"),
    Row("for a client, below a comment", "// a\n'use strict';\n'use client';\nf('§')\n", reason="browser"),
    Row("process is taken apart", "const { process } = a; f('§')\n", reason="called process"),
    Row("a comment", "// §\n", reason="in a comment"),
    Row("a line that does not end", "f('a\n§')\n", reason="does not parse"),
    Row("no JavaScript", "const = '§'\n", reason="does not parse"),
]  # fmt: skip
TYPESCRIPT = [
    Row("alone", "const k: string = '§';\n", "const k: string = process.env.$X!;\n"),
    Row("a field", "class A { private k = 'a §' }\n", "class A { private k = `a ${process.env.$X}` }\n"),
    Row("the url of a file", "f(import.meta.url, '§')\n", "f(import.meta.url, process.env.$X!)\n"),
    Row("within a template", "f(`a ${'§'}`);\n", "f(`a ${process.env.$X}`);\n"),
    Row("another module by that name", "import process = require('x'); f('§')\n", reason="called process"),
    Row("a namespace by that name", "namespace process {} f('§')\n", reason="called process"),
    Row("an enumeration by that name", "enum process {}\nf('§')\n", reason="called process"),
    Row("a type", "type K = '§';\n", reason="a type"),
    Row("an annotation", "const k: '§' = a;\n", reason="a type"),
    Row("a constant", "const k = '§' as const;\n", reason="its type"),
    Row("an enumeration", "enum E { A = '§' }\n", reason="enumeration"),
    Row("only declared", "declare const k = '§';\n", reason="only declared"),
    Row("no TypeScript", "const k: = '§'\n", reason="does not parse as TypeScript"),
]  # fmt: skip
YAML = [
    Row("a value", "a:\n  k: §  # why\n", "a:\n  k: ${$X}  # why\n"),
    Row("in quotes", "a:\n  - 'é §'\n  - \"b\"\n", "a:\n  - 'é ${$X}'\n  - \"b\"\n"),
    Row("in a list", "a:\n  - K=§\r\n", "a:\n  - K=${$X}\r\n"),
    Row("several lines", "a: |\n  b §\n  c\n", "a: |\n  b ${$X}\n  c\n"),
    Row("in braces, in quotes", "a: {k: '§'}\n", "a: {k: '${$X}'}\n"),
    Row("a second document", "a: 1\n---\nb: &c §\nd: *c\n", "a: 1\n---\nb: &c ${$X}\nd: *c\n"),
    Row("in braces", "a: {k: §}\n", reason="something else"),
    Row("a key", "§: 1\n", reason="a name"),
    Row("a key that is asked for", "? §\n: 1\n", reason="a name"),
    Row("a comment", "a: 1 # §\n", reason="in a comment"),
    Row("twice", "a: § §\n", reason="twice"),
    Row("no YAML", "a: [§\n", reason="does not parse"),
]  # fmt: skip
WORKFLOW = [
    Row("for all", "env:\n  K: §\n", "env:\n  K: ${{ secrets.$X }}\n"),
    Row("for a job", "jobs:\n  a:\n    env:\n      K: '§'\n", "jobs:\n  a:\n    env:\n      K: '${{ secrets.$X }}'\n"),
    Row("a step", "jobs:\n  a:\n    steps:\n      - run: curl §\n", "jobs:\n  a:\n    steps:\n      - run: curl ${{ secrets.$X }}\n"),
    Row("an input", "jobs:\n  a:\n    steps:\n      - with: {k: '§'}\n",
        "jobs:\n  a:\n    steps:\n      - with: {k: '${{ secrets.$X }}'}\n"),
    Row("a condition", "jobs:\n  a:\n    if: github.x == '§'\n", reason="cannot read its secrets"),
    Row("an action", "jobs:\n  a:\n    steps:\n      - uses: §\n", reason="cannot read its secrets"),
    Row("a name", "name: §\n", reason="cannot read its secrets"),
    Row("called by others", "on:\n  workflow_call:\nenv:\n  K: §\n", reason="other workflows call this one"),
    Row("called by others, too", "'on': [push, workflow_call]\nenv:\n  K: §\n", reason="other workflows call this one"),
]  # fmt: skip
TABLES = {
    "go": GO,
    "java": JAVA,
    "php": PHP,
    "php-laravel": [
        Row("in an array", "<?php\nreturn ['k' => '§'];\n", "<?php\nreturn ['k' => env('$X')];\n"),
        Row("within a text", "<?php\n$k = 'Bearer §';\n", "<?php\n$k = 'Bearer ' . env('$X');\n"),
        Row("another env", "<?php\nfunction env($a) {}\n$k = '§';\n", reason="something else is called env"),
    ],
    "ruby": RUBY,
    "javascript": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "yaml-compose": YAML,
    "yaml-spring": YAML,
    "yaml-workflow": WORKFLOW,
    "yaml": [Row("where nobody replaces it", "a: §\n", reason="nothing puts variables")],
    "tsx": [
        Row("a tag", 'const t = <A k="§" />;\n', "const t = <A k={process.env.$X!} />;\n"),
        Row("a type", "type K = `§`;\n", reason="not stand in a text"),
    ],
}


@pytest.mark.parametrize(
    ("language", "row"),
    [(language, row) for language, rows in TABLES.items() for row in rows],
    ids=[f"{language} {row.why}" for language, rows in TABLES.items() for row in rows],
)
def test_rows(language: str, row: Row) -> None:
    check(language, row)


def test_every_language_has_a_table() -> None:
    assert {*TABLES, "python"} == set(LANGUAGES)


@pytest.mark.parametrize("language", TABLES)
def test_there_is_nothing_left_to_replace(language: str) -> None:
    for row in TABLES[language]:
        if row.after and row.before.count("§") == 1:
            assert "§" not in row.after


@pytest.mark.parametrize(("language", "text"), [("ruby", "K = '§'\n"), ("yaml-spring", "k: §\n")])
def test_where_the_grammar_is_missing_it_says_what_to_install(
    language: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name in ("tree_sitter", "yaml"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    grammar._parser.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    found = replaced(language, text)
    assert isinstance(found, Refused)
    assert "install keyguard with its extra 'fix'" in found.reason


PIECES = st.text("ab{}\\'\"#é$`@<&;:\n ", max_size=6)


@pytest.mark.parametrize("language", TABLES)
@given(before=PIECES, after=PIECES, quote=st.sampled_from(["'", '"', "`", ""]))
def test_whatever_stands_around_it_nothing_else_changes(language: str, before: str, after: str, quote: str) -> None:
    start = {"go": "package m\nvar x = ", "java": "class A { String x = ", "php": "<?php $x = "}.get(language, "x = ")
    text = f"{start}{quote}{before}§{after}{quote}{'; }' if language == 'java' else ';'}\n"
    found = replaced(language, text)
    if isinstance(found, Replaced):
        assert KEY not in found.content.decode()
        assert VARIABLE in found.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.binary(max_size=60))
def test_no_bytes_are_too_strange(language: str, around: bytes) -> None:
    content = around + KEY.encode() + around
    start = content.index(KEY.encode())
    found = replace_literal(language, content, (start, start + len(KEY)), VARIABLE)
    assert isinstance(found, (Replaced, Refused))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_depth_is_too_deep(language: str) -> None:
    start = {"go": "package m\nvar x = ", "java": "class A { String x = ", "php": "<?php $x = "}.get(language, "x = ")
    found = replaced(language, start + "[" * 20_000 + "'§'" + "]" * 20_000)
    assert isinstance(found, (Replaced, Refused))
