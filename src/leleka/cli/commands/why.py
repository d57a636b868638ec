"""why: why somebody is in the list of an export, or is not."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from leleka.cli import standard_input
from leleka.cli.output import JsonOption, moment, out, print_json, shown

if TYPE_CHECKING:
    from leleka.services.why.contracts import WhyStep, WhyView

_MARKS: Final = {True: "[green]+[/green]", False: "[red]-[/red]", None: "[dim].[/dim]"}


class Language(StrEnum):
    EN = "en"
    UK = "uk"


def why(
    export: Annotated[str, typer.Argument(help="The export's name.")],
    address: Annotated[
        str,
        typer.Argument(
            help="The e-mail address, which every user of this machine can see in the list of processes; "
            "- reads it from standard input."
        ),
    ] = "-",
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the account first how the address stands with the list now.")
    ] = False,
    language: Annotated[Language, typer.Option(help="The language of the sentences.")] = Language.EN,
    json: JsonOption = False,
) -> None:
    """Say why somebody is in the list of an export, or is not: the verdict, then each step that leads to it."""
    from leleka.core.clock import current_clock
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.why import commands as why_commands
    from leleka.services.why import queries as why_queries

    preparation.open_existing()
    actor = Actor.operator()
    given = address if address != "-" else "\n".join(standard_input.lines("the address")).strip()
    if ask:
        why_commands.ask_at_once(actor, export, given, current_clock())
    view = why_queries.why_named(actor, export, given)
    if json:
        print_json(view)
    else:
        _print(view, language)


def _print(view: "WhyView", language: Language) -> None:
    out.print(f"[bold]{shown(view.verdict[language])}[/bold]", soft_wrap=True)
    if view.remedy:
        out.print(shown(view.remedy[language]), soft_wrap=True)
    for step in view.steps:
        _print_step(step, language)
    for one in view.others:
        chosen = " *" if one.chosen else ""
        out.print(f"  {shown(one.customer)}  {shown(one.title)}{chosen}", soft_wrap=True)


def _print_step(step: "WhyStep", language: Language) -> None:
    at = f"  [dim]{moment(step.at)}[/dim]" if step.at else ""
    out.print(f"{_MARKS[step.held]} {shown(step.title[language])}{at}", soft_wrap=True)
    for said in (step.said, step.remedy, *step.notes):
        if said:
            out.print(f"    {shown(said[language])}", soft_wrap=True)
    for rule in step.rules:
        value = f": {rule.value[language]}" if rule.value else ""
        indent = " " * (6 + 2 * rule.depth)
        out.print(f"{indent}{_MARKS[rule.holds]} {shown(rule.said[language] + value)}", soft_wrap=True)
