"""Single files of JavaScript and TypeScript as modules: what they import and export, parsed or scanned as text."""
