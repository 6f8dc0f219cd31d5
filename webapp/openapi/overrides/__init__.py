"""
What an operator puts right about a site.

Overrides (`values`) are read from a file, a mapping or a document's own `x-webapp` (`reading`, `extensions`), put on a
site (`applying`), and written down as an editable file that says what a site is (`dumping`). All of it is pure.
"""
