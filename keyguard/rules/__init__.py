"""Rule packs: load and validate them, and analyse patterns. The packs themselves are TOML files outside the package."""
