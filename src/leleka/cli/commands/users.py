"""user: add, list, token."""

import sys
from typing import Annotated

import typer

from leleka.cli.output import JsonOption, out, print_json, print_table

app = typer.Typer(help="Say who may come in.", no_args_is_help=True)


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="The e-mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[str, typer.Option(help="viewer, contributor or administrator.")] = "viewer",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Add somebody, and print the one-time link by which they choose a password."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import configuration as installation_configuration
    from leleka.services.installation import preparation
    from leleka.services.people import commands as people_commands

    preparation.prepare()
    person, token = people_commands.add_person(Actor.operator(), email, name, role)
    if password_stdin:
        people_commands.accept_link(token, sys.stdin.read().removesuffix("\n"))
        token = ""
    link = f"{installation_configuration.configuration().web.url}/welcome/{token}"
    if json:
        print_json({"person": person, "link": link if token else ""})
        return
    out.print(f"{person.name} <{person.email}> may come in as {person.role}.", markup=False)
    if not token:
        return
    out.print("This link lets them choose a password. It works once, within 24 hours:")
    out.print(f"  {link}", soft_wrap=True, markup=False)


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """List who may come in."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.people import queries as people_queries

    preparation.prepare()
    listed = people_queries.list_people(Actor.operator())
    if json:
        print_json(listed)
        return
    rows = [(one.name, one.email, one.role, one.signed_in_at) for one in listed]
    print_table(("name", "e-mail", "role", "last signed in"), rows, "Nobody yet: leleka user add makes one.")


@app.command("token")
def token(
    email: Annotated[str, typer.Argument(help="Whose token it is.")],
    name: Annotated[str, typer.Option(help="What the token is for.")],
    json: JsonOption = False,
) -> None:
    """Make a token for the API, with this person's rights. It is printed once, alone on standard output."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.people import api_tokens

    preparation.prepare()
    made, secret = api_tokens.make_token_for(Actor.operator(), email, name)
    if json:
        print_json({"token": made, "secret": secret})
        return
    print(secret)


@app.command("lend")
def lend(
    email: Annotated[str, typer.Argument(help="An administrator's e-mail address.")],
    connection: Annotated[str, typer.Argument(help="The connection whose runs act in their name.")],
    json: JsonOption = False,
) -> None:
    """Make an administrator the export user of a connection; their password is read from standard input."""
    from leleka.services.access.actor import Actor
    from leleka.services.connections import commands as connection_commands
    from leleka.services.installation import preparation
    from leleka.services.people import actors

    preparation.prepare()
    actor = actors.actor_called(Actor.operator(), email)
    view = connection_commands.lend_name(actor, connection, sys.stdin.read().removesuffix("\n"))
    if json:
        print_json(view)
        return
    out.print(
        f"Runs through {view.name} act in the name of {view.export_user}.", soft_wrap=True, markup=False
    )
