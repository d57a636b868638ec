"""What ActiveCampaign says of a contact is kept without the contact."""

import pytest

from leleka.destinations.activecampaign.quoted_words import without_quotations


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Field 'email' incorrect format", "Field 'email' incorrect format"),
        ("first_name must be a string", "first_name must be a string"),
        ("Phone +380 50 111 22 33 of Oksana Petrenko is not valid", "Phone … of … is not valid"),
        ("Birth date 1987-03-21 is not a valid date", "Birth date … is not a valid date"),
        ('oksana petrenko\'s email "o p"@x.test is invalid', "… email … is invalid"),
        ("Duplicate entry 'contact-VIP' for key 'typetag'", "Duplicate entry 'contact-…' for key '…'"),
        ("Will May of Kyiv", "… of …"),
        ("", ""),
        (None, ""),
        (["a list"], ""),
    ],
)
def test_only_words_of_such_sentences_are_kept(said: object, kept: str) -> None:
    assert without_quotations(said) == kept


def test_what_is_kept_is_short() -> None:
    assert len(without_quotations("invalid " * 100_000)) <= 200
