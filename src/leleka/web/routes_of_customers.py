"""The pages of customers: a part of the table in ``web.routes``."""

from typing import Final

from leleka.services.access.permissions import Permission
from leleka.web.pages.customers import customer, search, why
from leleka.web.pages.members import lists
from leleka.web.route import BOTH, POST, Route

CUSTOMERS: Final[tuple[Route, ...]] = (
    Route("customers", search.index, "customers", Permission.SEE),
    Route("customers/filter", search.add_filter, "customers_filter", Permission.SEE),
    Route("customers/columns", search.columns, "customers_columns", Permission.EDIT_SOURCES, BOTH),
    Route("customers/pick", lists.pick, "customers_pick", Permission.EDIT_SEGMENTS, BOTH),
    Route("customers/<str:reference>", customer.show, "customer", Permission.SEE),
    Route("customers/<str:reference>/why", why.customer, "customer_why", Permission.SEE),
    Route("customers/<str:reference>/rows", customer.related, "customer_rows", Permission.SEE),
    Route("data/exports/<int:number>/why", why.export, "export_why", Permission.SEE_PERSONAL, POST),
    Route(
        "data/exports/<int:number>/why/ask", why.ask, "export_why_ask", Permission.EDIT_SHARED_EXPORTS, POST
    ),
    Route("segments/<int:number>/why", why.segment, "segment_why", Permission.SEE_PERSONAL, POST),
    Route("why/<int:number>", why.asked, "why_asked", Permission.SEE),
)
