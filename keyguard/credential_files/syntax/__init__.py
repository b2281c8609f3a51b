"""Readers of base syntaxes (JSON, YAML, XML, INI, properties) that keep where each value stands, and tolerate damage.

Each has ``entries(data)``, which yields :class:`~keyguard.credential_files.syntax.entry.Entry` in the order of the
text, in linear time, without raising for any input. A document inside another text (a heredoc, a code block) is read as
well, since a reader skips what it does not know: match the end of the keys, not all of them.
"""
