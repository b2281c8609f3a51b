"""Credentials of package managers: npm, Yarn, Python's, Maven, Gradle, NuGet, Composer, Bundler, RubyGems, Cargo."""
