"""What customers are found by: chosen by whoever may edit sources."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from leleka.core.customers.columns import MOST_SEARCHED, can_be_searched
from leleka.errors import InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import stale
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.customers import finding, indexing
from leleka.services.refresh import commands as refresh_commands
from leleka.services.sources import catalogue
from leleka.state.models import CustomerSearch


def choose_columns(actor: Actor, columns: Sequence[str], version: int) -> int:
    """Choose the columns in which words are looked for, and ask for the index; return the refresh that makes it.

    Until then the index that there was is used. Raises ``InvalidInput``, ``Conflict`` STALE.
    """
    require(actor, Permission.EDIT_SOURCES)
    source, _ = finding.profiles()
    able = {one.name for one in catalogue.table_of(source).columns if can_be_searched(one)}
    for name in columns:
        if name not in able:
            raise InvalidInput("CUSTOMERS_COLUMN", where="columns", column=name)
    if len(columns) > MOST_SEARCHED or not columns:
        raise InvalidInput("CUSTOMERS_COLUMNS", where="columns", most=MOST_SEARCHED)
    row = indexing.settings()
    with transaction.atomic():
        same = CustomerSearch.objects.filter(pk=row.pk, version=version)
        if not same.update(columns=list(dict.fromkeys(columns)), version=F("version") + 1):
            raise stale("columns")
        record(actor, "search columns chosen", source.name, {"columns": list(columns)})
    return refresh_commands.ask(actor, f"source:{source.pk}")
