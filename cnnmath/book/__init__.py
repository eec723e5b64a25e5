"""PUBLISHED: the rooms' results as pages of a book.

A core that knows nothing of MkDocs reads fenced blocks and inline values out of Markdown, renders them to
HTML, typesets formulas, and caches all of it by content; `plugin` is the thin shell that hands MkDocs'
events to it. Nothing here computes: every number and formula on a page comes from the rooms below.
"""
