"""Two exports to one account may share a list, and may not write one field in two ways."""

import pytest

from leleka.errors import InvalidInput, Problem
from leleka.state.models import Export, Source
from tests.integration.office import DEFINITIONS, MARK, Office

SECOND = "  - name: Offers\n" + DEFINITIONS.partition("  - name: News\n")[2]


def refused(office: Office, definitions: str) -> Problem:
    before = Export.objects.count()
    with pytest.raises(InvalidInput) as caught:
        office.apply(definitions)
    assert Export.objects.count() == before
    (problem,) = caught.value.problems
    assert problem.code == "MAP_FIELD_SHARED"
    assert "'News'" in problem.message
    return problem


def test_one_field_from_two_columns_is_refused_where_the_second_stands(office: Office) -> None:
    both = DEFINITIONS + SECOND.replace("column: city, field: 2", "column: tier, field: 2")
    last = len(both.splitlines())
    assert refused(office, both).where == f"leleka.yaml, line {last}, exports[1].data_matching.fields[0]"


def test_one_field_from_one_column_is_shared(office: Office) -> None:
    office.apply(DEFINITIONS + SECOND)
    assert Export.objects.count() == 2


def test_a_built_in_field_is_a_field_like_any_other(office: Office) -> None:
    both = DEFINITIONS + SECOND.replace("first_name: first_name", "first_name: city")
    assert refused(office, both).where.endswith("exports[1].data_matching.first_name")


def test_one_mark_field_is_refused_however_alike(office: Office) -> None:
    both = DEFINITIONS + MARK + SECOND + MARK
    assert refused(office, both).where == f"leleka.yaml, line {len(both.splitlines())}, exports[1].leavers"


def test_a_field_of_one_is_no_mark_of_the_other(office: Office) -> None:
    both = DEFINITIONS + MARK + SECOND.replace("field: 2", "field: 3")
    assert "as the mark of its leavers" in refused(office, both).message


def test_exports_the_file_is_silent_about_count_as_well(office: Office) -> None:
    office.apply()
    refused(
        office, DEFINITIONS.partition("  - name: News\n")[0] + SECOND.replace("column: city", "column: tier")
    )


def test_exports_that_are_pruned_do_not_count(office: Office) -> None:
    office.apply()
    only = DEFINITIONS.partition("  - name: News\n")[0] + SECOND.replace("column: city", "column: tier")
    office.apply(only, prune=True)
    assert [export.name for export in Export.objects.all()] == ["Offers"]


def test_two_accounts_share_no_fields(office: Office) -> None:
    real = '  - {name: Real, host: acct.api-us1.com, key: abcd, consent: {agreed_by: A, version: "1"}}\nexports:\n'
    other = SECOND.replace("connection: Sandbox", "connection: Real").replace("column: city", "column: tier")
    office.apply(DEFINITIONS.replace("exports:\n", real) + other)
    assert Export.objects.count() == 2


def test_the_profile_source_can_be_renamed_when_the_old_one_is_pruned(office: Office) -> None:
    office.apply()
    office.apply(DEFINITIONS.replace("name: customers", "name: clients"), prune=True)
    assert [source.name for source in Source.objects.all()] == ["clients"]
