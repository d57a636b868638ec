"""REST, version 1: OpenAPI 3.1 under /api/v1/openapi.json."""

from ninja import NinjaAPI

from leleka import __version__
from leleka.api import people
from leleka.api.access import Token
from leleka.api.problems import tell_problems

api = NinjaAPI(
    title="Leleka",
    version=__version__,
    description="Carries segments of customer profiles into ActiveCampaign lists.",
    docs_url=None,
    urls_namespace="api",
    auth=Token(),
)
api.add_router("/people", people.router)
tell_problems(api)
