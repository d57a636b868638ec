"""Suppressed people of a later backup are added to what an earlier one restores: nobody is sent to again."""

from pathlib import Path

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Conflict
from leleka.services.backups import commands
from leleka.services.backups.contracts import ArchiveView
from leleka.services.privacy import suppression
from leleka.state.models import Connection, SuppressedPerson, User
from tests.integration.office import ALICE, Office
from tests.integration.second_store import empty

CLOCK = SystemClock()


def backed_up(office: Office, name: str = "one.leleka") -> ArchiveView:
    return commands.backup(ALICE, office.folder / name, CLOCK)


def test_who_was_suppressed_after_the_backup_stays_so(shop: Office, tmp_path: Path) -> None:
    suppression.suppress(ALICE, "Sandbox", "p1@x.test", "first")
    earlier = backed_up(shop)
    suppression.suppress(ALICE, "Sandbox", "p2@x.test", "by telephone")
    later = backed_up(shop, "two.leleka")
    wanted = set(SuppressedPerson.objects.values_list("account__name", "digest", "reason", "by", "at"))
    with empty(tmp_path / "other"):
        done = commands.restore(ALICE, Path(earlier.path), CLOCK, [Path(later.path)])
        assert done.suppressed_added == 1
        assert (
            set(SuppressedPerson.objects.values_list("account__name", "digest", "reason", "by", "at"))
            == wanted
        )
        assert not suppression.suppress(ALICE, "Sandbox", "p2@x.test")  # was so already: the salt is the same
    with empty(tmp_path / "third"):
        commands.restore(ALICE, Path(earlier.path), CLOCK)
        assert SuppressedPerson.objects.count() == 1
        assert commands.add_suppressed(ALICE, Path(later.path)).suppressed_added == 1
        assert commands.add_suppressed(ALICE, Path(later.path)).suppressed_added == 0
        assert (
            set(SuppressedPerson.objects.values_list("account__name", "digest", "reason", "by", "at"))
            == wanted
        )


def test_suppressed_people_come_to_an_account_that_is_made_later(shop: Office, tmp_path: Path) -> None:
    suppression.suppress(ALICE, "Sandbox", "p1@x.test")
    view = backed_up(shop)
    with empty(tmp_path / "other"):
        assert commands.add_suppressed(ALICE, Path(view.path)).suppressed_added == 1
        shop.apply()
        assert Connection.objects.get().account.suppressed.count() == 1
        assert not suppression.suppress(ALICE, "Sandbox", "p1@x.test")


def test_an_account_whose_salt_was_not_used_takes_that_of_the_archive(shop: Office, tmp_path: Path) -> None:
    suppression.suppress(ALICE, "Sandbox", "p1@x.test")
    view = backed_up(shop)
    with empty(tmp_path / "other"):
        shop.apply()
        assert commands.add_suppressed(ALICE, Path(view.path)).suppressed_added == 1
        assert not suppression.suppress(ALICE, "Sandbox", "p1@x.test")


def test_digests_of_another_salt_are_not_mixed_in(shop: Office, tmp_path: Path) -> None:
    suppression.suppress(ALICE, "Sandbox", "p1@x.test")
    view = backed_up(shop)
    with empty(tmp_path / "other"):
        shop.apply()
        suppression.suppress(ALICE, "Sandbox", "p9@x.test")
        with pytest.raises(Conflict, match="SUPPRESSIONS_OTHER_SALT"):
            commands.add_suppressed(ALICE, Path(view.path))
        assert SuppressedPerson.objects.count() == 1
        assert not User.objects.exists()
