"""Fields with options: what a column brings that is none of them is known before anything is sent."""

from leleka.services.runs.contracts import RunView
from tests.integration.office import Office


def with_options(office: Office, kind: str, *options: str) -> None:
    with office.sandbox.lock:
        field = office.sandbox.account.catalogue.fields[2]
        field.type, field.options = kind, options


def about_options(view: RunView) -> list[str]:
    return [note.message for note in view.notes if "options" in note.message]


def test_a_run_says_how_many_values_are_no_option_and_masks_them(office: Office) -> None:
    office.hire(3)
    office.edit(2, city="Lviv 79000")
    office.edit(3, city="")
    with_options(office, "dropdown", "Київ", "Одеса")
    office.apply()
    view = office.run()
    (said,) = about_options(view)
    assert "People who have such a value: 1." in said
    assert "“aaaa 99999”" in said
    assert "Lviv" not in said
    assert office.listed()["p2@x.test"]["fields"][2] == "Lviv 79000"


def test_several_options_are_told_apart_and_a_text_field_takes_anything(office: Office) -> None:
    office.hire(2)
    office.edit(1, city="||Київ||Одеса||")
    with_options(office, "listbox", "Київ", "Одеса")
    office.apply()
    assert not about_options(office.run())
    office.edit(1, city="Київ, Одеса")
    assert about_options(office.run())
    with_options(office, "text")
    office.edit(1, city="Київ; Одеса")
    assert not about_options(office.run())
