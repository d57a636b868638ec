"""doctor: what a real account does where its documentation is silent."""

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.markup import escape

from leleka.cli.output import JsonOption, err, moment, out, print_json, print_table, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leleka.services.access.actor import Actor
    from leleka.services.connections.doctor import Concluded, Left, Proposal

_LEFTOVERS: Final = 3
_MINUTE: Final = 60.0


def doctor(  # noqa: PLR0917 - as the command declares them
    connection: Annotated[str, typer.Argument(help="A connection.")],
    list_id: Annotated[
        str | None, typer.Option("--list", metavar="ID", help="A list at the account that nobody is on.")
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="A domain of yours; the made-up addresses are there.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    patience: Annotated[
        float, typer.Option(min=0.1, max=600, help="Minutes to wait for imports to end, each time.")
    ] = 15.0,
    clean_up: Annotated[
        bool, typer.Option("--clean-up", help="Remove what an earlier examination left.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Show what was found before; nothing is sent.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Ask an account what its documentation leaves open, with a few made-up contacts that are removed again."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation

    preparation.open_existing()
    actor = Actor.operator()
    if show:
        _show(actor, connection, json=json)
    elif clean_up:
        _clean_up(actor, connection, patience * _MINUTE, json=json)
    else:
        _examine(actor, connection, list_id, domain, patience * _MINUTE, yes=yes, json=json)


def _examine(
    actor: "Actor",
    connection: str,
    list_id: str | None,
    domain: str | None,
    patience: float,
    *,
    yes: bool,
    json: bool,
) -> None:
    from leleka.core.clock import current_clock
    from leleka.services.connections import doctor as service

    if list_id is None:
        raise typer.BadParameter("say which list: --list ID", param_hint="--list")
    clock = current_clock()
    proposal = service.propose(actor, connection, list_id, _asked("Domain", domain, "--domain"), clock)
    if not yes:
        _confirm(proposal)
    done = service.examine(
        actor, proposal, clock, tell, (lambda _: None) if json else _print_point, patience=patience
    )
    if json:
        print_json(done)
    else:
        settled = sum(one.settled for one in done.points)
        out.print(f"\n{settled} of {len(done.points)} points are settled and kept with the account.")
        out.print(f"{done.removed} of {done.removed + len(done.remaining)} made-up addresses are not there.")
        _print_left(done.remaining, connection)
    if done.remaining:
        raise typer.Exit(_LEFTOVERS)


def _asked(what: str, given: str | None, option: str) -> str:
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"say which: {option}", param_hint=option)
    err.print(f"{what}: ", end="")
    return input()


def _confirm(proposal: "Proposal") -> None:
    """Raises ``InvalidInput`` unless somebody types yes."""
    from leleka.errors import InvalidInput

    fit = proposal.fit
    say(f"This writes to a real account: {proposal.host}, list {fit.target} ({fit.name}), which is empty.")
    say(
        f"{len(proposal.addresses)} made-up addresses are imported, some of them several times, some subscribed to "
        "the list, one unsubscribed, one deleted and imported again. No automation runs for them. At the end all "
        "of them are deleted; accounts that archive what is deleted count that among the month's allowance."
    )
    for address in proposal.addresses:
        say(f"  {address}")
    say("Nobody else's contact, and no field, tag or exclusion, is made or changed.")
    if not sys.stdin.isatty():
        raise InvalidInput("DOCTOR_NOT_CONFIRMED")
    err.print("Type yes to send this: ", end="")
    if input().strip().lower() != "yes":
        raise InvalidInput("DOCTOR_NOT_CONFIRMED")


def _print_point(one: "Concluded") -> None:
    from leleka.messages.progress import in_letters

    value = in_letters(one.value)
    head = f"[green]{one.name} = {escape(value)}[/green]" if one.settled else f"[yellow]{one.name}[/yellow]"
    out.print(f"\n{head}{'' if one.settled else ' is not settled'}")
    for exchange in one.exchanges:
        out.print(f"  sent      {escape(exchange.sent)}")
        out.print(f"  answered  {escape(exchange.answered)}")
    out.print(f"  {'means' if one.settled else 'why':<8}  {escape(one.meaning)}")


def _clean_up(actor: "Actor", connection: str, patience: float, *, json: bool) -> None:
    from leleka.core.clock import current_clock
    from leleka.services.connections import doctor as service

    done = service.clean_up(actor, connection, current_clock(), tell, patience=patience)
    if json:
        print_json(done)
    else:
        out.print(f"{done.removed} of {done.removed + len(done.remaining)} made-up addresses are not there.")
        _print_left(done.remaining, connection)
    if done.remaining:
        raise typer.Exit(_LEFTOVERS)


def _print_left(remaining: "Sequence[Left]", connection: str) -> None:
    if not remaining:
        return
    print_table(("remains", "why"), [(one.address, one.why) for one in remaining], "")
    say(f"Remove them with: leleka doctor {connection} --clean-up")


def _show(actor: "Actor", connection: str, *, json: bool) -> None:
    from leleka.messages.progress import in_english, in_letters
    from leleka.services.connections import doctor as service

    found = service.show(actor, connection)
    if json:
        print_json(
            [
                {"name": one.name, "value": one.value, "at": one.at, "meaning": in_english(one.meaning)}
                for one in found
            ]
        )
        return
    if not found:
        out.print("Nothing was found yet.")
    for one in found:
        out.print(f"[green]{one.name} = {escape(in_letters(one.value))}[/green]  [dim]{moment(one.at)}[/dim]")
        out.print(f"  {escape(in_english(one.meaning))}")
