"""What other secret scanners were told to accept: one module for each, which reads its files into claims."""

from __future__ import annotations

#: tool -> module with ``read(name, data) -> Reading``; a tool is one module and one row
TOOLS: dict[str, str] = {
    "gitleaks": "keyguard.migration.gitleaks",
    "betterleaks": "keyguard.migration.betterleaks",
    "detect-secrets": "keyguard.migration.detect_secrets",
    "trufflehog": "keyguard.migration.trufflehog",
    "kingfisher": "keyguard.migration.kingfisher",
    "ggshield": "keyguard.migration.ggshield",
    "github": "keyguard.migration.github",
}

#: file names that are looked for at the top of a project -> the tool
FILES: dict[str, str] = {
    ".gitleaks.toml": "gitleaks",
    "gitleaks.toml": "gitleaks",
    ".gitleaksignore": "gitleaks",
    ".betterleaks.toml": "betterleaks",
    ".betterleaksignore": "betterleaks",
    ".secrets.baseline": "detect-secrets",
    ".gitguardian.yaml": "ggshield",
    ".gitguardian.yml": "ggshield",
}
