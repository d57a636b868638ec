"""How the functions of customers are called in a test of permissions."""

from collections.abc import Mapping
from typing import Final

from leleka.core.clock import SystemClock
from leleka.services.customers import choices as customer_choices
from leleka.services.customers import commands as customer_commands
from leleka.services.customers import queries as customer_queries
from leleka.services.why import commands as why_commands
from leleka.services.why import queries as why_queries
from tests.integration.facade_places import Call, Function, exactly, given

_NOBODY: Final = "0" * 32
SEEING_CUSTOMERS: Final[Mapping[Function, Call]] = {
    customer_queries.find: given(),
    customer_queries.show: given(_NOBODY),
    customer_queries.reference_to: given("1"),
    customer_queries.related: given(_NOBODY),
    customer_queries.search_choice: given(),
    why_queries.why: given(1, customer=_NOBODY),
    why_queries.why_named: given("News", "ada@example.com"),
    why_queries.why_in_segment: given(1, customer=_NOBODY),
    why_queries.customers_with: given("ada@example.com", export=1),
    why_queries.asked: given(1),
    why_queries.lists: given(),
    customer_choices.filter_columns: given(),
    customer_choices.filter_values: given("tier"),
}
ASKING_ACCOUNTS: Final[Mapping[Function, Call]] = {
    why_commands.ask: exactly(lambda at: (at.export,), customer=_NOBODY),
    why_commands.ask_at_once: exactly(lambda at: (at.name, "ada@example.com", SystemClock())),
}
EDITING_CUSTOMERS: Final[Mapping[Function, Call]] = {
    customer_commands.choose_columns: given(["nowhere"], 1),
}
