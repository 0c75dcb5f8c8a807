"""The web door: a search page, paper pages and a JSON API. Server-rendered, read-only for now.

`create_app` makes the ASGI application for a library that is open; `serve` runs it.
"""

from broadsheet.web.app import create_app
from broadsheet.web.server import serve

__all__ = ["create_app", "serve"]
