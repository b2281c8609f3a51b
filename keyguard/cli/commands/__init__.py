"""The commands, one module each; ``keyguard.cli.table`` lists them."""
