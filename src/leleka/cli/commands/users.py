"""user: add, list, token."""

from typing import Annotated

import typer

from leleka.cli import standard_input
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

    preparation.open_existing()
    password = standard_input.password() if password_stdin else ""
    person, token = people_commands.add_person(Actor.operator(), email, name, role)
    if password_stdin:
        people_commands.accept_link(token, password)
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

    preparation.open_existing()
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
    days: Annotated[int, typer.Option(help="How many days it works: 365 at most.")] = 90,
    json: JsonOption = False,
) -> None:
    """Make a token for the API, with this person's rights. It is printed once, alone on standard output."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.people import api_tokens

    preparation.open_existing()
    made, secret = api_tokens.make_token_for(Actor.operator(), email, name, days)
    if json:
        print_json({"token": made, "secret": secret})
        return
    print(secret)


@app.command("tokens")
def tokens(json: JsonOption = False) -> None:
    """List everybody's API tokens."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.people import api_tokens

    preparation.open_existing()
    listed = api_tokens.list_all_tokens(Actor.operator())
    if json:
        print_json(listed)
        return
    rows = [(str(one.id), one.name, one.owner, one.expires_at, one.used_at) for one in listed]
    print_table(("id", "name", "of", "works until", "last used"), rows, "There are no API tokens.")


@app.command("revoke")
def revoke(number: Annotated[int, typer.Argument(help="The token's id.")]) -> None:
    """Revoke an API token: it opens nothing from then on."""
    from leleka.services.access.actor import Actor
    from leleka.services.installation import preparation
    from leleka.services.people import api_tokens

    preparation.open_existing()
    api_tokens.revoke_token(Actor.operator(), number)
    out.print("Revoked.")


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

    preparation.open_existing()
    actor = actors.actor_called(Actor.operator(), email)
    view = connection_commands.lend_name(actor, connection, standard_input.password())
    if json:
        print_json(view)
        return
    out.print(
        f"Runs through {view.name} act in the name of {view.export_user}.", soft_wrap=True, markup=False
    )
