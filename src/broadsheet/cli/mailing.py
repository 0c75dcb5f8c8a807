"""The commands of `broadsheet mail`; those about the outbox are here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from broadsheet.cli import codes, mailing_preview, scheduling
from broadsheet.cli.app import App, pass_app
from broadsheet.cli.finding import as_json
from broadsheet.cli.output import printable, show_json
from broadsheet.mailing import HELD, State

if TYPE_CHECKING:
    from broadsheet.mailing import Letter


@click.group()
def mail() -> None:
    """Readers' own editions by mail: look at a letter, test the relay, see what waits.

    'serve' sends what is due, and so does 'sync --watch'. The settings are smtp, smtp_password,
    mail_from and url.
    """


@click.command()
@as_json
@pass_app
def queue(app: App, as_json: bool) -> int:
    """What waits in the outbox, and what was lost in the last fortnight, and why.

    The papers of a letter that was lost come back in its reader's next edition. Of one that is
    "uncertain" the relay may have taken it: it is never sent again.

    Exit code 4 when mail is held, because this library was restored or copied.
    """
    with app.library() as library:
        found = library.post.get_queue()
    if as_json:
        waiting, lost = (list(map(_shape, letters)) for letters in (found.waiting, found.lost))
        show_json({"held": found.held, "waiting": waiting, "lost": lost})
    else:
        if found.held:
            click.echo(HELD)
        _show("Waiting", found.waiting)
        _show("Lost in the last fortnight", found.lost)
        if not found.waiting and not found.lost:
            click.echo("Nothing waits, and nothing was lost in the last fortnight.")
    return codes.ATTENTION if found.held else codes.OK


def _shape(letter: Letter) -> dict[str, Any]:
    return {
        "reader": letter.reader_id,
        "edition": letter.name,
        "address": letter.address,
        "state": letter.state.value,
        "tries": letter.tries,
        "due_at": letter.due_at.isoformat(),
        "changed_at": letter.changed_at.isoformat(),
        "reply": letter.reply,
    }


def _show(title: str, letters: Sequence[Letter]) -> None:
    if not letters:
        return
    click.echo(f"{title}: {len(letters):,}")
    for letter in letters:
        told = f"{letter.name}  {letter.address}  {letter.state.value}"
        if letter.state is State.QUEUED and letter.tries:
            told += f", tried {letter.tries}×, again at {letter.due_at:%H:%M} UTC"
        click.echo(printable(f"  {told}: {letter.reply}" if letter.reply else f"  {told}"))


@click.command()
@pass_app
def release(app: App) -> None:
    """Say that this library, a copy of another, is the one that sends mail from now on.

    What it found waiting is given up, because the other one may have sent it: those papers come
    back in the next editions. See that the other one sends no more.
    """
    with app.library() as library:
        released = library.post.release()
    if released:
        click.echo("Mail leaves from here from now on, with the next editions.")
    else:
        click.echo("Nothing was held: mail leaves from here.")


for command in (queue, release, *mailing_preview.COMMANDS, *scheduling.COMMANDS):
    mail.add_command(command)

COMMANDS = (mail,)
