"""The checks that stand behind steps, one file per kind of evidence. Each can be run again at any time."""
