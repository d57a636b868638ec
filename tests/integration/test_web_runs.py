"""A run in a browser: in progress, its report, its profiles by outcome, and their file (CI-E18, E20)."""

import csv
import io
from collections.abc import Iterable

import pytest
from django.test import Client
from django.utils import timezone

from leleka.core.clock import SystemClock, using
from leleka.errors import Forbidden
from leleka.services.access.actor import Actor, Role
from leleka.services.people.actors import actor_of
from leleka.services.runs import commands as export_commands
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.services.runs.csv import lines
from leleka.state.models import AuditEntry, Connection, Export, Run, User
from leleka.worker import jobs
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office
from tests.integration.people import lend_a_name, somebody

BOB = Actor("bob", Role.CONTRIBUTOR)
CHARLIE = Actor("charlie", Role.VIEWER)
MOMENT = timezone.now()  # any; nothing of it passes
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ran(office: Office) -> Office:
    """Run 1: two delivered, one with no usable address; two of the addresses begin like formulas."""
    office.hire(3)
    office.edit(1, email="+cmd@x.test")
    office.edit(2, email="=cmd|'/c calc'!A1@b.c")
    office.apply(DEFINITIONS)
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    lend_a_name()
    office.run()
    return office


@pytest.fixture
def emptied(office: Office) -> Office:
    """A run that waits for confirmation, because the segment is suddenly empty."""
    office.hire(3)
    office.apply(DEFINITIONS + MARK)
    office.run()
    office.edit(1, 2, 3, tier="silver")
    office.run()
    return office


def browser(name: str, role: Role) -> Client:
    return somebody(name, role).browser


def text_of(reply: Iterable[bytes]) -> str:
    return b"".join(reply).decode("utf-8-sig")


def test_the_report_names_figures_and_reasons(ran: Office) -> None:
    page = browser("charlie", Role.VIEWER).get(f"/data/runs/{Run.objects.get().pk}").content.decode()
    assert "Successful" in page
    assert "not a usable e-mail address" in page
    assert ran.imports() == 1


def test_a_viewer_sees_addresses_masked_and_a_contributor_sees_them(ran: Office) -> None:
    number = Run.objects.get().pk
    path = f"/data/runs/{number}/rows?ended=delivered"
    masked = browser("charlie", Role.VIEWER).get(path, headers=HTMX).content.decode()
    plain = browser("bob", Role.CONTRIBUTOR).get(path, headers=HTMX).content.decode()
    assert "p3@x.test" not in masked
    assert "p***@x***" in masked
    assert "p3@x.test" in plain
    assert [row.address for row in run_queries.rows_of(CHARLIE, number, "delivered", 10)] == [
        "+***@x***",
        "p***@x***",
    ]
    assert ran.imports() == 1


def test_every_look_at_addresses_is_audited_unless_they_are_masked(ran: Office) -> None:  # noqa: ARG001 - it ran
    """A-1."""
    run = Run.objects.get()
    path = f"/data/runs/{run.pk}/rows?ended=delivered"
    browser("charlie", Role.VIEWER).get(path, headers=HTMX)
    seen = AuditEntry.objects.filter(action="run rows seen")
    assert not seen.exists()
    bob = browser("bob", Role.CONTRIBUTOR)
    bob.get(path, headers=HTMX)
    bob.get(f"{path}&page=2", headers=HTMX)  # nobody is there
    entry = seen.get()
    assert (entry.subject, entry.actor) == ("News", actor_of(User.objects.get(name="Bob")).name)
    assert entry.details == {"run": run.pk, "ended": "delivered", "rows": 2, "offset": 0}


def test_rows_come_page_by_page(ran: Office) -> None:
    number = Run.objects.get().pk
    everybody = run_queries.rows_of(BOB, number, "delivered", 10)
    one_by_one = [
        row for place in range(3) for row in run_queries.rows_of(BOB, number, "delivered", 1, place)
    ]
    assert one_by_one == everybody
    assert len(everybody) == 2
    for odd in ("0", "-1", "x", "9" * 30):
        reply = browser(f"bob{len(odd)}{odd[:1].strip('-')}", Role.CONTRIBUTOR).get(
            f"/data/runs/{number}/rows?ended=delivered&page={odd}", headers=HTMX
        )
        assert reply.status_code == 200
    assert ran.imports() == 1


def test_the_file_holds_no_formula_and_is_written_down(ran: Office) -> None:
    """Inputs 15 and 101."""
    number = Run.objects.get().pk
    reply = browser("bob", Role.CONTRIBUTOR).get(f"/data/runs/{number}/download?ended=excluded")
    assert reply["Content-Disposition"] == f'attachment; filename="run-{number}-excluded.csv"'
    head, row = csv.reader(io.StringIO(text_of(reply)))
    assert head == ["profile", "email", "outcome", "code", "reason"]
    assert row[:4] == ["2", "", "excluded", "EMAIL_INVALID"]
    assert row[4].startswith("'=***@b***")
    delivered = "".join(run_queries.download_rows(BOB, number, "delivered"))
    assert list(csv.reader(io.StringIO(delivered)))[1][:2] == ["1", "'+cmd@x.test"]
    entry = AuditEntry.objects.filter(action="run download").earliest("pk")
    assert (entry.actor, entry.details) == ("Bob <bob@example.com>", {"run": number, "ended": "excluded"})
    assert ran.imports() == 1


@pytest.mark.parametrize(
    "begins",
    [
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "\uff1d",
        "\uff0b",
        "\uff0d",
        "\uff20",
        " =",
        "\u200b=",
        "\ufeff=",
        '"=',
    ],
)
def test_no_cell_begins_a_formula(begins: str) -> None:
    (cells,) = csv.reader(io.StringIO(lines([[f"{begins}1+1", "a=b", None, 'say "hi", all']]), newline=""))
    assert cells == [f"'{begins}1+1", "a=b", "", 'say "hi", all']


@pytest.mark.parametrize("separator", [";", "\t", "|", "\n"])
@pytest.mark.parametrize("formula", ["=1+1", "\uff1d1+1", " =1+1", '"=1+1', "@SUM(1)"])
def test_no_cell_of_another_dialect_begins_a_formula(separator: str, formula: str) -> None:
    text = lines([["1", f"Ann{separator}{formula}", "Kyiv; Lviv", "a;b,=c", "all"]])
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        read = csv.reader(
            io.StringIO(text, newline=""), delimiter=separator.replace("\n", ";"), quoting=quoting
        )
        begin = [cell.strip(' "\ufeff')[:1] for row in read for cell in row]
        assert not {"=", "\uff1d", "@"} & set(begin)
    (cells,) = csv.reader(io.StringIO(text, newline=""))
    assert cells == ["1", f"Ann{separator}'{formula}", "Kyiv; Lviv", "a;b,=c", "all"]


def test_a_viewer_downloads_nothing(ran: Office) -> None:
    number = Run.objects.get().pk
    reply = browser("charlie", Role.VIEWER).get(f"/data/runs/{number}/download?ended=delivered")
    assert reply.status_code == 403
    with pytest.raises(Forbidden):
        run_queries.download_rows(CHARLIE, number, "delivered")
    assert not AuditEntry.objects.filter(action="run download").exists()
    assert ran.imports() == 1


def test_a_live_run_shows_its_stage_and_how_far_it_is(ran: Office) -> None:
    number = export_commands.run(BOB, Export.objects.get().pk)
    told = {"total": 400, "accepted": 100, "confirmed": 50, "began": MOMENT.timestamp() - 10}
    Run.objects.filter(pk=number).update(status="Processing", stage="Sending", progress=told)
    charlie = browser("charlie", Role.VIEWER)
    with using(VirtualClock(MOMENT.timestamp())):
        page = charlie.get(f"/data/runs/{number}/live", headers=HTMX).content.decode()
    assert f'hx-get="/data/runs/{number}/live"' in page
    assert "100 of 400 sent, 50 confirmed" in page
    assert '<progress class="progress" max="400" value="100"' in page
    assert "10 contacts per second" in page
    assert "about 30 seconds left" in page
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())
    ended = charlie.get(f"/data/runs/{number}/live", headers=HTMX)
    assert ended["HX-Redirect"] == f"/data/runs/{number}"
    assert ran.imports() == 1


def test_only_an_administrator_confirms(emptied: Office) -> None:
    number = Run.objects.latest("pk").pk
    for who, client in ((BOB, browser("bob", Role.CONTRIBUTOR)), (CHARLIE, browser("charlie", Role.VIEWER))):
        assert client.post(f"/data/runs/{number}/confirm").status_code == 403
        with pytest.raises(Forbidden):
            run_commands.confirm_run(who, number)
    assert Run.objects.get(pk=number).status == "Needs confirmation"
    alice = browser("alice", Role.ADMINISTRATOR)
    assert "Nothing has been sent yet" in alice.get(f"/data/runs/{number}").content.decode()
    assert alice.post(f"/data/runs/{number}/confirm").status_code == 303
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())
    assert Run.objects.get(pk=number).confirmed_by == "Alice <alice@example.com>"
    assert {one["fields"][3] for one in emptied.listed().values()} == {"no"}


def test_who_may_not_run_an_export_does_not_cancel_it(emptied: Office) -> None:
    number = Run.objects.latest("pk").pk
    for who in (BOB, CHARLIE):  # the connection is for administrators
        with pytest.raises(Forbidden):
            run_commands.cancel_run(who, number)
    assert run_commands.cancel_run(ALICE, number).status == "Canceled"
    assert emptied.imports() == 1


def test_the_rejected_are_sent_again_when_somebody_asks(office: Office) -> None:
    office.hire(3)
    office.edit(2, email="o'p2@x.test")  # ActiveCampaign does not import it
    office.apply(DEFINITIONS)
    lend_a_name()
    office.run()
    alice, export = browser("alice", Role.ADMINISTRATOR), Export.objects.get().pk
    page = alice.get(f"/data/runs/{Run.objects.get().pk}").content.decode()
    assert "Resend the rejected" in page
    assert "ActiveCampaign did not import this contact and gives no reason" in page
    for given, requests in (({}, 0), ({"resend": "yes"}, 1)):
        alice.post(f"/data/exports/{export}/run", given)
        for job in jobs.due_jobs(SystemClock(), (), 10):
            jobs.carry_out(job, SystemClock())
        assert Run.objects.latest("pk").requests == requests


def test_runs_are_given_newest_first_and_older_ones_after_a_number(ran: Office) -> None:
    for _ in range(2):
        ran.run()
    first, second, third = Run.objects.order_by("pk").values_list("pk", flat=True)
    assert [one.id for one in run_queries.list_runs(CHARLIE, None, 2)] == [third, second]
    assert [one.id for one in run_queries.list_runs(CHARLIE, None, 2, second)] == [first]
