"""Files of JavaScript and TypeScript as modules: what they import and give, parsed or looked through."""
