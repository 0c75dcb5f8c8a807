"""Commands about who may come in: `reader add`, `list`, `invite`, `role`, `password` and others."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from broadsheet import shapes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import printable, show_json
from broadsheet.people import Role

if TYPE_CHECKING:
    from broadsheet.accounts import Accounts
    from broadsheet.people import Reader

HOW_TO_BEGIN = "Nobody has an account. Make the first: broadsheet reader add NAME --operator"


@click.group("reader")
def reader_group() -> None:
    """Who may come in: accounts, roles, invitations."""


@reader_group.command()
@click.argument("name")
@click.option("--operator", is_flag=True, help="May also see to the instance.")
@click.option("--link", is_flag=True, help="Print a link by which they choose name and password.")
@click.option("--apart", is_flag=True, help="Do not hand over what was kept without accounts.")
@pass_app
def add(app: App, name: str, operator: bool, link: bool, apart: bool) -> None:
    """Make an account for somebody; the password is asked for, or read from standard input.

    What was kept here while nobody had an account goes to the first operator, unless --apart.

    \b
    broadsheet reader add ada --operator
    broadsheet reader add grace --link
    """
    role = Role.OPERATOR if operator else Role.READER
    if link:
        _invite(app, role, name, 7)
        return
    with app.library(create=True) as library:
        accounts = library.accounts
        taken = operator and not apart and accounts.find_lone() is not None
        password = _ask_password()
        made = (
            accounts.take_over(name, password) if taken else accounts.add(name, password, role=role)
        )
    click.echo(printable(f"{made.name} can sign in now, as {made.role}."))
    if taken:
        click.echo(printable(f"What was kept here without accounts belongs to {made.name} now."))
    _tell_mode(app)


@reader_group.command("list")
@as_json
@pass_app
def list_readers(app: App, as_json: bool) -> None:
    """Who has an account here.

    \b
    broadsheet reader list
    """
    with app.library() as library:
        readers = list(library.accounts.get_readers().values())
    if as_json:
        show_json(shapes.readers(readers))
        return
    if not readers:
        click.echo(HOW_TO_BEGIN)
    for each in readers:
        facts = [each.role.value, *(["closed"] if each.disabled else [])]
        facts += ["example"] if each.example else []
        joined = f"since {each.joined_at:%Y-%m-%d}"
        click.echo(printable(f"{each.name:<20} {', '.join(facts):<20} {joined}  {each.display}"))


@reader_group.command()
@click.argument("name")
@pass_app
def disable(app: App, name: str) -> None:
    """Close an account: signed out everywhere, its keys dead, what it kept stays.

    \b
    broadsheet reader disable ada
    """
    with app.library() as library:
        reader = library.accounts.disable(library.accounts.get_reader(name))
    click.echo(printable(f"{reader.name} cannot come in any more."))
    click.echo(printable(f"Undo:  {app.command('reader', 'enable', reader.name)}"))


@reader_group.command()
@click.argument("name")
@pass_app
def enable(app: App, name: str) -> None:
    """Open an account again.

    \b
    broadsheet reader enable ada
    """
    with app.library() as library:
        reader = library.accounts.enable(library.accounts.get_reader(name))
    click.echo(printable(f"{reader.name} can come in again."))


@reader_group.command()
@click.argument("name")
@click.argument("role", type=click.Choice([each.value for each in Role]))
@pass_app
def role(app: App, name: str, role: str) -> None:
    """Make somebody an operator, or an operator a reader.

    \b
    broadsheet reader role ada operator
    """
    with app.library() as library:
        reader = library.accounts.set_role(library.accounts.get_reader(name), Role(role))
    click.echo(printable(f"{reader.name} is {reader.role} now."))


@reader_group.command()
@click.argument("name")
@pass_app
def password(app: App, name: str) -> None:
    """Give somebody a new password; they are signed out everywhere.

    \b
    broadsheet reader password ada
    """
    with app.library() as library:
        reader = library.accounts.get_reader(name)
        library.accounts.set_password(reader, _ask_password())
    click.echo(printable(f"{reader.name} has a new password, and is signed out everywhere."))


@reader_group.command()
@click.option("--operator", is_flag=True, help="They may also see to the instance.")
@click.option("--note", default="", help="Whom it is for.")
@click.option("--days", default=7, show_default=True, help="How long it is good for.")
@pass_app
def invite(app: App, operator: bool, note: str, days: int) -> None:
    """Print a link by which one person can make an account.

    \b
    broadsheet reader invite --note "Grace, second floor"
    """
    _invite(app, Role.OPERATOR if operator else Role.READER, note, days)


def _invite(app: App, role: Role, note: str, days: int) -> None:
    settings = app.settings()
    with app.library(create=True) as library:
        code = library.accounts.invite(_find_host(library.accounts), role, note, days)
    address = settings.url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    click.echo(f"{address}/sign-up?code={code}")
    click.echo(f"It can be used once, within {days} days.", err=True)
    _tell_mode(app)


def _find_host(accounts: Accounts) -> Reader:
    """In whose name the command line invites: that of an operator, if there is one."""
    operators = (each for each in accounts.get_readers().values() if each.is_operator)
    return next((each for each in operators if not each.disabled), None) or accounts.alone()


def _ask_password() -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def _tell_mode(app: App) -> None:
    if app.settings().sign_in == "off":
        click.echo('Accounts are off: set sign_in = "invite" in broadsheet.toml.', err=True)


COMMANDS = (reader_group,)
