"""The pages of customers: a part of the table in ``web.routes``."""

from typing import Final

from leleka.services.access.permissions import Permission
from leleka.web.pages.customers import customer, search
from leleka.web.route import BOTH, Route

CUSTOMERS: Final[tuple[Route, ...]] = (
    Route("customers", search.index, "customers", Permission.SEE),
    Route("customers/filter", search.add_filter, "customers_filter", Permission.SEE),
    Route("customers/columns", search.columns, "customers_columns", Permission.EDIT_SOURCES, BOTH),
    Route("customers/<str:reference>", customer.show, "customer", Permission.SEE),
    Route("customers/<str:reference>/rows", customer.related, "customer_rows", Permission.SEE),
)
