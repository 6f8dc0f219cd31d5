"""
An OpenAPI document, read as a site.

A document (`document`, `operations`, `schema`) becomes resources, views and accounts (`resources`, `security`), which
are values (`site`); `routes` says which URL is which of them, `listing` reads the answers. Nothing here asks a network
or writes HTML.
"""
