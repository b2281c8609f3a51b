"""What several commands share: options, configuration, progress, exit codes."""
