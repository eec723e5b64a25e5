"""The figures, one file per topic; a new figure is one function with `@draws` in one of these files."""
