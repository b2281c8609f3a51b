"""Environment files: their names, their contents, and who reads them."""
