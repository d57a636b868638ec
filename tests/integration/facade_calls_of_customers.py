"""How the functions of customers are called in a test of permissions."""

from collections.abc import Mapping
from typing import Final

from leleka.services.customers import choices as customer_choices
from leleka.services.customers import commands as customer_commands
from leleka.services.customers import queries as customer_queries
from tests.integration.facade_places import Call, Function, given

_NOBODY: Final = "0" * 32
SEEING_CUSTOMERS: Final[Mapping[Function, Call]] = {
    customer_queries.find: given(),
    customer_queries.show: given(_NOBODY),
    customer_queries.reference_to: given("1"),
    customer_queries.related: given(_NOBODY),
    customer_queries.search_choice: given(),
    customer_choices.filter_columns: given(),
    customer_choices.filter_values: given("tier"),
}
EDITING_CUSTOMERS: Final[Mapping[Function, Call]] = {
    customer_commands.choose_columns: given(["nowhere"], 1),
}
