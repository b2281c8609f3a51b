"""What joins one literal to the next in the syntax of some language, as expressions over bytes."""

from __future__ import annotations

from keyguard.support.regex import expression

#: white space, the continuation of a line, and comments between two operands
_GAP = rb"(?:\s|\\\r?\n|_(?=\s{0,9}\n)|/\*[^*]{0,200}\*/|(?://|\#)[^\r\n]{0,200}\n){0,120}"
_OPERATOR = rb"(?:\+\+|\+|\.\.|\.|&|<<|\|\||<>|~|\^)"
_OPENING = rb"[A-Za-z$@]{0,2}\#{0,2}[\"'`]"
#: between two literals: nothing, where they stand side by side, or an operator
BEFORE_LITERAL = expression(rb"(?:" + _GAP + _OPERATOR + rb")?" + _GAP + rb"(?=" + _OPENING + rb")")
#: in one line side by side, as in a command, where the second literal is a word of its own: an address, an option or
#: a path, or several words
NEXT_WORD = expression(rb"[ \t]{1,40}" + _OPENING + rb"(?:[a-z][a-z0-9+.-]{1,20}://|[-/~]|[^\"'`\r\n]{0,200}[ \t])")
#: before a name or a parenthesis an operator is needed; a dot there is one only if it cannot be that of a member
BEFORE_NAME = expression(
    _GAP + rb"(?:\+\+|\+(?![+=])|\.\.|\.(?=\s{0,9}\$|\s)|&(?!&)|<<|\|\||<>|~|\^)" + _GAP + rb"(?=[\w$@({\[%])"
)
#: an operator behind a name, before a literal: side by side they are not joined
BEHIND_NAME = expression(_GAP + _OPERATOR + _GAP + rb"(?=" + _OPENING + rb")")
#: a call that appends its arguments to what it is a member of
APPENDING = expression(
    rb"\s{0,120}\.\s{0,4}(?:concat|append|plus|add|push_str|push|write|WriteString|Append|Concat)!?\(\s{0,120}"
)
#: calls that return what they are a member of, as far as keys go
UNCHANGING = expression(
    rb"\s{0,40}\.\s{0,4}(?:to_string|to_owned|into|freeze|strip|trim|toString|as_str|String|build|str|encode|dup"
    rb"|trimEnd|stripMargin|to_s|clone)(?:\(\s{0,9}[\"'\w-]{0,10}\s{0,9}\)|\b(?!\())"
)
#: what stands between items of a list
SEPARATOR = expression(_GAP + rb",?" + _GAP)
#: the beginning of a list in some language
LIST = expression(
    rb"\[\]string\{|(?:new\s{1,9})?String\[\]\s{0,9}\{|new\s{0,9}\[\]\s{0,9}\{|array\(|(?:List|Arrays|Stream|Array|Seq)\.?(?:of|asList)?\("
    rb"|(?:list|array|arrayList|mutableList)Of\(|vec!\[|@\(|&?\[|\(|\{"
)
_NONE = rb"(?:\"\"|''|``|String::new\(\)|)"
#: behind a list: a call that joins its items; ``sep`` is the literal between them
JOINED = expression(
    rb"\s{0,200}(?:\.\s{0,9}(?:join|Join|joined|concat|joinToString|mkString|collect)"
    rb"(?:\((?:Collectors\.joining\(|separator:\s{0,9})?\s{0,9}(?:[\"'`](?P<sep>[^\"'`\r\n]{0,8})[\"'`])?\s{0,9}\)?\)|\b(?!\())"
    rb"|-join\s{0,9}[\"'](?P<joined>[^\"'\r\n]{0,8})[\"']"
    rb"|,\s{0,40}[\"'`](?P<behind>[^\"'`\r\n]{0,8})[\"'`]\s{0,9}\))"
)
#: a call whose first argument separates the others, or whose arguments are joined, or one that fills in a format
SEPARATED = expression(
    rb"(?:implode|join|[Ss]tring\.[Jj]oin|joinWith|str_c)\s{0,4}\(\s{0,40}[\"'`](?P<sep>[^\"'`\r\n]{0,8})[\"'`]\s{0,9},\s{0,40}"
)
JOINING = expression(rb"(?:[A-Za-z_][\w.]{0,40}\.)?(?:[Jj]oin)\s{0,4}\(\s{0,40}(?=\[\]string|\[|\()")
CONCATENATING = expression(
    rb"(?:[A-Za-z_][\w.:]{0,40}[.:])?(?:concat!?|Concat|CONCAT|paste0|strcat|Sprint|text)\s{0,4}\(\s{0,120}"
)
FORMATTING = expression(
    rb"(?:[A-Za-z_][\w.]{0,40}\.)?(?:sprintf|Sprintf|format!?|Format|printf|vsprintf|FORMAT)\s{0,4}\(\s{0,120}(?="
    + _OPENING
    + rb")"
)
#: a constructor of texts around one
WRAPPING = expression(
    rb"(?:new\s{1,9})?(?:String(?:Builder|Buffer)?|str|string|_T|TEXT|CFSTR|std::string|String::from)\(\s{0,40}"
)
#: behind a format: what fills it in
FILLED = expression(rb"\s{0,40}(?:\.\s{0,9}(?:format|formatted)\(|%\s{0,9}(?P<tuple>[(\[])?|-f\s{1,9})\s{0,120}")
#: places of a format that are filled in
PLACE = expression(rb"%(?:(?P<dollar>[0-9])\$)?[sdvq@]|\{(?P<number>[0-9]?)\}|\{(?P<name>[A-Za-z_]\w{0,60})\}")
