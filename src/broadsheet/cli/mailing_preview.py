"""Commands about a letter before it is one: `mail preview`, `send-test`, `subscribe`,
`unsubscribe`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from broadsheet.cli import codes
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.output import printable

if TYPE_CHECKING:
    from broadsheet.library import Library
    from broadsheet.people import Reader

whose = click.option(
    "--reader", default="", metavar="NAME", help="Whose, where there are accounts."
)


def find_reader(library: Library, name: str) -> Reader:
    """The reader of a name, or the one of an instance without accounts."""
    return library.accounts.get_reader(name) if name else library.accounts.alone()


@click.command()
@click.argument("date", default="")
@whose
@click.option(
    "--text", "form", flag_value="text", default=True, help="As plain text (the default)."
)
@click.option("--html", "form", flag_value="html", help="As HTML, for a browser.")
@click.option("--eml", "form", flag_value="eml", help="As it goes out, for a mail program.")
@pass_app
def preview(app: App, date: str, reader: str, form: str) -> int:
    """Show the letter of an edition; nothing is sent. Without DATE that of the last one.

    \b
    broadsheet mail preview
    broadsheet mail preview 2026-04-17 --html > letter.html
    broadsheet mail preview --reader ada --eml > letter.eml

    Exit code 3 when the edition has no papers: such a one is not mailed.
    """
    with app.current_library() as library:
        written = library.post.preview(find_reader(library, reader), date)
    if form == "eml":
        click.echo(written.payload, nl=False)
    elif form == "html":
        click.echo(written.html)
    else:
        click.echo(f"Subject: {written.subject}\n")
        click.echo(printable(written.text, keep_lines=True), nl=False)
    return codes.OK if written.papers else codes.NOTHING


@click.command("send-test")
@click.argument("address")
@whose
@pass_app
def send_test(app: App, address: str, reader: str) -> None:
    """Send the letter of the last edition to ADDRESS at once, marked as a test.

    \b
    broadsheet mail send-test ada@example.org
    broadsheet mail send-test ben@example.org --reader ada

    It goes past the outbox and counts for nothing. Its buttons do what they say, so send it to
    nobody but its reader and yourself.
    """
    with app.current_library() as library:
        reply = library.post.send_test(find_reader(library, reader), address)
    click.echo(printable(f"The relay has taken it: {reply}"))


@click.command()
@click.argument("address")
@whose
@pass_app
def subscribe(app: App, address: str, reader: str) -> None:
    """Mail a reader's editions to ADDRESS, without asking its owner first.

    \b
    broadsheet mail subscribe ada@example.org
    broadsheet mail subscribe ben@example.org --reader ben

    For addresses of which you know whose they are: on the web, readers confirm theirs by a link.
    """
    with app.library() as library:
        found = find_reader(library, reader)
        before = library.post.subscriptions.get(found)
        done = library.post.subscriptions.subscribe(found, address)
        trouble = library.post.find_trouble()
    click.echo(printable(done.sentence))
    if trouble:
        click.echo(printable(trouble))
    again = ["--reader", reader] if reader else []
    if before and before.is_active:
        back = app.command("mail", "subscribe", before.address, *again)
        click.echo(printable(f"To go back:  {back}"))
    else:
        click.echo(printable(f"Undo:  {app.command('mail', 'unsubscribe', *again)}"))


@click.command()
@whose
@pass_app
def unsubscribe(app: App, reader: str) -> None:
    """Stop a reader's mail.

    \b
    broadsheet mail unsubscribe
    broadsheet mail unsubscribe --reader ben
    """
    with app.library() as library:
        done = library.post.subscriptions.stop(find_reader(library, reader))
    click.echo(printable(done.sentence))


COMMANDS = (preview, send_test, subscribe, unsubscribe)
