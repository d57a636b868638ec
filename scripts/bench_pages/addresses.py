"""What is requested: every page of ``leleka.web.routes`` that can be viewed, and every GET operation of the
API.

A page or an operation that is new in the product and unknown here aborts the benchmark: nothing is left out
by accident.
"""

from collections.abc import Callable, Mapping
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Final
from urllib.parse import quote

from scripts.bench_pages.furnishing import Furnished

from leleka.api.urls import api
from leleka.core.clock import current_clock
from leleka.services.customers import indexing
from leleka.services.runs.retention import kept_since
from leleka.state.models import Run
from leleka.web.routes import ROUTES

API: Final = "API "
# They ask an account or a database: that is the other side's time.
FAR_SIDE: Final = frozenset({"listOffers", "listSourceNames", "listSourceColumns"})
_WORDS: Final = ("", "gold", "золот", "kyiv", "07", "nobody")
# As somebody types: words of many and of few, in both scripts, several, an address, a number.
_TYPED: Final = (
    "і",
    "пр",
    "прізвище 4",
    "імя 12",
    "person1",
    "person77 прі",
    "person1234@exam",
    "38067",
    "067 123",
    "77",
)
_FILTER: Final = "f=%7B%22column%22%3A%22tier%22%2C%22is%22%3A%22gold%22%7D"
_QUERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "exports": ("name", "-name", "type", "connection", "-status", "-refreshed", "editable"),
    "segments": ("name", "-size", "-evaluated_at"),
    "lists": ("name", "-size", "-given_at"),
    "connections": ("name", "state", "-exports", "checked"),
    "people": ("name", "email", "-role", "-signed_in"),
    "runs": ("-number", "number", "export", "-status", "by"),
    "audit": ("",),
    "segment_exports": ("",),
    "system": ("",),
}
_PATHS: Final[Mapping[str, str]] = {
    "connection": "connection", "connection_remove": "connection", "person": "person", "export": "export",
    "export_view": "export", "export_edit": "export", "segment": "segment", "segment_edit": "segment",
    "segment_remove": "segment", "segment_exports": "segment", "segment_settings": "segment",
    "segment_over_time": "segment", "segment_overlap": "segment", "segment_breakdown": "segment",
    "segment_download": "segment", "source": "source", "task": "task",
    "source_table": "source", "source_classes": "source", "source_remove": "source", "source_values": "source",
    "source_quality": "source", "source_suggestions": "source", "source_expectations": "source",
    "source_new": "examined", "relationship": "relationship", "relationship_remove": "relationship",
    "relationships_suggested": "suggested",
    "source_connection": "source_connection", "source_connection_remove": "source_connection",
    "measure": "measure", "measure_edit": "measure", "measure_remove": "measure",
    "refresh": "refresh", "refresh_task": "refresh",
    "export_chart": "export", "segment_chart": "segment",
    "why_asked": "asked", "reconcile_live": "export", "reconcile_repair": "export", "reconciliation": "export",
    "segment_find": "segment", "segment_next_exports": "segment",
    "list": "list", "list_change": "list", "list_remove": "list",
}  # fmt: skip
_SAID: Final[Mapping[str, str]] = {
    "segment_find": "?q=a", "builder_values": "?source=1&column=tier",
    "refresh_task": "?step=1", "source_values": "?column=tier", "segment_breakdown": "?column=tier",
}  # fmt: skip
_ONE_OF: Final[Mapping[str, tuple[str, str]]] = {
    "task_runs": ("?of=export:", "export"), "segment_overlap": ("?with=", "segment"),
}  # fmt: skip
_CUSTOMERS: Final = frozenset({"customers", "customer", "customer_rows", "customer_why"})
_CUSTOMERS_SEARCHED: Final = {"customers": "q", "listCustomers": "search"}
_SOME: Final = 0.2
_CHOSEN: Final = frozenset({"exports_detach", "exports_remove", "exports_schedule"})
_RUNS: Final = frozenset({"run", "run_live", "run_chart", "run_rows", "run_download"})
_ENDED: Final = ("delivered", "rejected", "excluded", "unconfirmed")
_OPERATIONS: Final[Mapping[str, str]] = {
    "getConnection": "connection", "getExport": "export", "getSegment": "segment", "getTask": "task",
    "getRefresh": "refresh", "listColumns": "source", "getExportSchedule": "export", "listExportDecisions": "export",
    "getReconciliation": "export", "getSource": "source", "getTable": "source", "listReadings": "source",
    "listValues": "source", "listEvaluations": "segment", "showMovement": "segment", "breakDownSegment": "segment",
    "listMemberships": "segment", "downloadMemberships": "segment", "downloadMembers": "segment",
    "getRelationship": "relationship", "getSourceConnection": "source_connection",
    "getMeasure": "measure", "getList": "list", "findListed": "list", "findMembers": "segment",
    "showNextExports": "segment",
    "getExpectations": "source", "suggestExpectations": "source",
}  # fmt: skip
_LISTS: Final = frozenset(
    {
        "listExports",
        "listSegments",
        "listConnections",
        "listPeople",
        "listRuns",
        "readAudit",
        "listRefreshes",
        "listNotices",
        "listAllTokens",
        "listSources",
        "listRelationships",
        "listSourceConnections",
        "listMeasures",
        "listLists",
    }
)
_PLAIN: Final = frozenset(
    {
        "showMe",
        "listTokens",
        "showConsent",
        "listChoices",
        "getSystemSchedule",
        "listSystemDecisions",
        "showStatus",
        "listConcerns",
        "listSourceKinds",
        "listOfferedSources",
        "listTags",
        "verifyAudit",
        "getSearchColumns",
    }
)
_PAGE: Final = 50


class Addresses:
    """Returns addresses by the name of their page, a different one each time."""

    def __init__(self, furnished: Furnished, random: Random) -> None:
        self._furnished = furnished
        self._random = random
        self._runs = list(Run.objects.order_by("pk").values_list("pk", flat=True))
        self._largest = self._runs[-1]
        told = Run.objects.exclude(outcomes="").filter(finished_at__gte=kept_since(current_clock()))
        self._kept = list(told.exclude(pk=self._largest).values_list("pk", flat=True))
        rows = Run.objects.get(pk=self._largest).counts["selected"]
        self._deepest = max(1, rows // _PAGE)

    def all(self, profiles: int) -> Mapping[str, Callable[[], str]]:
        """Return the name of every page with a function that returns an address of it."""
        found: dict[str, Callable[[], str]] = {}
        for route in ROUTES:
            if "GET" in route.methods:
                found |= self._page(route.name, f"/{route.path}", profiles)
        for path, operations in api.get_openapi_schema()["paths"].items():
            operation = operations.get("get", {}).get("operationId")
            if operation and operation not in FAR_SIDE:
                found |= self._operation(operation, path, profiles)
        return found

    def _page(self, name: str, path: str, profiles: int) -> dict[str, Callable[[], str]]:
        if name in _RUNS:
            return self._run(name, path, profiles)
        if name == "welcome":
            return {name: lambda: path.replace("<str:token>", self._furnished.link)}
        if name in _PATHS:
            return {name: lambda: self._numbered(path, _PATHS[name]) + self._more(name)}
        if name in _CUSTOMERS:
            return {name: lambda: self._customer(name, path, profiles)}
        if "<" in path:
            raise LookupError(f"the bench does not know the page {name}")
        return {name: lambda: path + self._more(name)}

    def _customer(self, name: str, path: str, profiles: int) -> str:
        """Return the address of the search as somebody types, or of one customer."""
        reference = indexing.reference_of(str(self._random.randint(1, profiles)))
        path = path.replace("<str:reference>", reference).replace("{reference}", reference)
        if name == "customer_why":
            return f"{path}?export={self._random.choice(self._furnished.numbers['export'])}"
        if name not in _CUSTOMERS_SEARCHED:
            return path
        more = f"&{_FILTER}" if name == "customers" and self._random.random() < _SOME else ""
        return f"{path}?{_CUSTOMERS_SEARCHED[name]}={quote(self._random.choice(_TYPED))}{more}"

    def _more(self, name: str) -> str:
        """Return the part after the path."""
        if name in _CHOSEN:
            return self._chosen()
        if name == "segments_change":
            return f"?action=deactivate&chosen={'&chosen='.join(self._segments())}"
        numbers = self._furnished.numbers
        if name in _ONE_OF:
            said, kind = _ONE_OF[name]
            return f"{said}{self._random.choice(numbers[kind])}"
        if name == "source_drafts":
            return f"?task={numbers['examined'][0]}"
        if name in _SAID:
            return _SAID[name]
        return self._query(name) if name in _QUERIES else ""

    def _run(self, name: str, path: str, profiles: int) -> dict[str, Callable[[], str]]:
        if name in {"run", "run_live", "run_chart"}:
            return {name: lambda: path.replace("<int:number>", str(self._random.choice(self._runs)))}
        pages = max(1, profiles // _PAGE)
        kept = path.replace("<int:number>", "{}")
        if name == "run_download":
            return {
                name: lambda: f"{kept.format(self._random.choice(self._kept))}?ended=rejected",
                f"{name} (largest)": lambda: f"{kept.format(self._largest)}?ended=delivered",
            }
        return {
            name: lambda: (
                f"{kept.format(self._random.choice(self._kept))}?ended={self._random.choice(_ENDED)}"
            ),
            f"{name} (largest)": lambda: (
                f"{kept.format(self._largest)}?ended={self._random.choice(_ENDED)}"
                f"&page={self._random.randint(1, pages)}"
            ),
        }

    def _operation(self, name: str, path: str, profiles: int) -> dict[str, Callable[[], str]]:
        called = f"{API}{name}"
        if name in _OPERATIONS:
            of = self._furnished.numbers[_OPERATIONS[name]]
            more = "?column=tier" if name in {"listValues", "breakDownSegment"} else ""
            return {called: lambda: path.format(number=self._random.choice(of)) + more}
        if name == "compareSegments":
            return {called: lambda: f"{path}?segments={','.join(self._segments())}"}
        if name == "getRun":
            return {called: lambda: path.format(number=self._random.choice(self._runs))}
        if name == "listRows":
            url = path.format(number=self._largest)
            return {
                called: lambda: (
                    f"{url}?ended={self._random.choice(_ENDED)}&after={self._random.randrange(profiles)}"
                )
            }
        if name == "downloadRows":
            return {called: lambda: f"{path.format(number=self._random.choice(self._kept))}?ended=rejected"}
        return {called: self._listed(name, path, profiles)}

    def _listed(self, name: str, path: str, profiles: int) -> Callable[[], str]:
        """Return the address of a list, of what there is one of, or of customers."""
        if name in {"listCustomers", "getCustomer", "listRelatedRows"}:
            return lambda: self._customer(name, path, profiles)
        if name in _LISTS:
            return lambda: f"{path}?limit=50&after={self._random.randrange(100)}"
        if name in _PLAIN:
            return lambda: path
        raise LookupError(f"the bench does not know the operation {name}")

    def _segments(self) -> list[str]:
        return list(map(str, self._random.sample(self._furnished.numbers["segment"], 2)))

    def _numbered(self, path: str, kind: str) -> str:
        return path.replace("<int:number>", str(self._random.choice(self._furnished.numbers[kind])))

    def _query(self, name: str) -> str:
        sort, text = self._random.choice(_QUERIES[name]), self._random.choice(_WORDS)
        return f"?sort={sort}&q={text}&page={self._random.randint(1, 4)}"

    def _chosen(self) -> str:
        some = self._random.sample(self._furnished.numbers["export"], 50)
        return "?" + "&".join(f"chosen={number}" for number in some)
