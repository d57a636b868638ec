"""REST, version 1."""

from ninja import NinjaAPI

api = NinjaAPI(title="Leleka", version="1", docs_url=None)
