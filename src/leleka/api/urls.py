"""REST, version 1: OpenAPI 3.1 under /api/v1/openapi.json.

The document needs no token: it is the same for every installation, tells nothing of this one (not even which
version it is), and programs read it before they have a token.
"""

from collections.abc import Mapping
from typing import Any

from leleka.api import (
    audit,
    columns,
    concerns,
    connections,
    exports,
    me,
    measures,
    notices,
    people,
    refreshes,
    runs,
    segments,
    source_connections,
    system,
    tasks,
)
from leleka.api.bearer_token import Token
from leleka.api.data import (
    customers,
    lists,
    quality,
    relationships,
    rule_effects,
    segment_figures,
    segment_states,
    sources,
    uploads,
    why,
)
from leleka.api.known_parameters import KnownParameters
from leleka.api.openapi import LelekaApi
from leleka.api.problems import tell_problems
from leleka.api.strict_json import StrictParser


def _document() -> Mapping[str, Any]:
    return api.get_openapi_schema()


api = LelekaApi(
    title="Leleka",
    version="1",
    description="Carries segments of customer profiles into ActiveCampaign lists.",
    docs_url=None,
    urls_namespace="api",
    auth=Token(KnownParameters(_document)),
    parser=StrictParser(),
)
api.add_router("/me", me.router)
api.add_router("/connections", connections.router)
api.add_router("/source-connections", source_connections.router)
api.add_router("/sources", sources.router)
api.add_router("/sources", uploads.router)
api.add_router("/sources", columns.router)
api.add_router("/sources", quality.router)
api.add_router("/customers", customers.router)
api.add_router("/measures", measures.router)
api.add_router("/relationships", relationships.router)
api.add_router("/segments", segments.router)
api.add_router("/segments", segment_figures.router)
api.add_router("/segments", segment_states.router)
api.add_router("/segments", why.of_segments)
api.add_router("/segments", rule_effects.router)
api.add_router("/lists", lists.router)
api.add_router("/exports", exports.router)
api.add_router("/exports", why.of_exports)
api.add_router("/runs", runs.router)
api.add_router("/tasks", tasks.router)
api.add_router("/notices", notices.router)
api.add_router("/refreshes", refreshes.router)
api.add_router("/system", system.router)
api.add_router("/status", system.standing)
api.add_router("/concerns", concerns.router)
api.add_router("/people", people.router)
api.add_router("/audit", audit.router)
tell_problems(api)
