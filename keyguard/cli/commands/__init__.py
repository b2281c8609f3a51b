"""The commands, one module each; ``keyguard.cli.command_table`` lists them."""
