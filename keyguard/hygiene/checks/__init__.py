"""The checks of hygiene, one module a topic; ``keyguard.hygiene.topics`` lists them."""
