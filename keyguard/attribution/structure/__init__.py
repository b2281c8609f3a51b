"""Whose key it is by the structure around it: sections, fields beside it, columns, resources, secret stores."""
