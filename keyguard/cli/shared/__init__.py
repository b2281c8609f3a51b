"""Code that several commands share: options, configuration, hook input, progress, key status."""
