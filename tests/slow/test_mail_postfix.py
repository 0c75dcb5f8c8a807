"""One letter all the way: from a printed edition through Debian's Postfix into a mailbox file, read
back by Python's `mailbox`.

Postfix runs from its package, unpacked where it lies or fetched with `apt-get download`, under a
configuration and in a queue of the test's own; nothing is installed.
"""

from __future__ import annotations

import mailbox
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from sending import make_settings

from broadsheet.mailing import State
from broadsheet.wiring import open_library
from fakesmtp import closed_port
from outgoing import MORNING, Outgoing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix begins as root, and this is not"),
]
OWNER, NOBODY, GROUP = "daemon", "nobody", "mail"
QUEUES = ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"]
QUEUES += ["private", "saved", "trace"]
SERVICES = {
    "postlog": "unix-dgram n - n - 1 postlogd",
    "cleanup": "unix n - n - 0 cleanup",
    "qmgr": "unix n - n 300 1 qmgr",
    "rewrite": "unix - - n - - trivial-rewrite",
    "bounce": "unix - - n - 0 bounce",
    "defer": "unix - - n - 0 bounce",
    "trace": "unix - - n - 0 bounce",
    "error": "unix - - n - - error",
    "retry": "unix - - n - - error",
    "virtual": "unix - n n - - virtual",
    "anvil": "unix - - n - 1 anvil",
    "proxymap": "unix - - n - - proxymap",
}


class Postfix(NamedTuple):
    """One that runs: the port where it takes mail, and the file that it puts mail into."""

    port: int
    box: Path


def find_postfix(folder: Path) -> Path:
    """The root of a file system with Postfix in it. Skips where there is none to be had."""
    if Path("/usr/lib/postfix/sbin/master").exists():
        return Path("/")
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip("Postfix is not here, and no apt-get to fetch it with")
    fetch = ["apt-get", "download", "-qq", "postfix"]
    got = subprocess.run(fetch, cwd=folder, capture_output=True, check=False, timeout=60)
    packages = list(folder.glob("postfix_*.deb"))
    if got.returncode or not packages:
        pytest.skip("Postfix is not here and cannot be fetched")
    root = folder / "postfix"
    subprocess.run(["dpkg", "-x", packages[0], root], check=True, timeout=60)
    return root


def configure(root: Path, folder: Path, port: int) -> Path:
    """Write what Postfix wants to know, and make its queue; returns the folder of settings."""
    programs = root / "usr/lib/postfix/sbin"
    queue, data, boxes = folder / "queue", folder / "data", folder / "boxes"
    owner = pwd.getpwnam(OWNER)
    for name in [*QUEUES, "maildrop", "pid", "public"]:
        (queue / name).mkdir(parents=True)
        if name != "pid":
            os.chown(queue / name, owner.pw_uid, -1)
    for path in (data, boxes):
        path.mkdir()
        os.chown(path, owner.pw_uid, owner.pw_gid)
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": queue,
        "data_directory": data,
        "daemon_directory": programs,
        "command_directory": root / "usr/sbin",
        "shlib_directory": root / "usr/lib/postfix",
        "import_environment": "MAIL_CONFIG LD_LIBRARY_PATH",
        "mail_owner": OWNER,
        "setgid_group": GROUP,
        "default_privs": NOBODY,
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": "relay.test",
        "mydestination": "",
        "alias_maps": "",
        "mynetworks": "127.0.0.0/8",
        "virtual_mailbox_domains": "readers.test",
        "virtual_mailbox_base": boxes,
        "virtual_mailbox_maps": "static:box",
        "virtual_uid_maps": f"static:{owner.pw_uid}",
        "virtual_gid_maps": f"static:{owner.pw_gid}",
        "virtual_minimum_uid": 1,
        "smtpd_recipient_restrictions": "permit_mynetworks, reject",
        "maillog_file": folder / "log",
        "maillog_file_prefixes": folder,
    }
    home = folder / "conf"
    home.mkdir()
    (home / "main.cf").write_text("".join(f"{name} = {settings[name]}\n" for name in settings))
    services = [f"127.0.0.1:{port} inet n - n - - smtpd"]
    services += [f"{name} {rest}" for name, rest in SERVICES.items()]
    (home / "master.cf").write_text("\n".join(services) + "\n")
    return home


@contextmanager
def running(folder: Path) -> Iterator[Postfix]:
    folder.chmod(0o755)
    root, port = find_postfix(folder), closed_port()
    home = configure(root, folder, port)
    libraries = str(root / "usr/lib/postfix")
    master = subprocess.Popen(
        [root / "usr/lib/postfix/sbin/master", "-c", home, "-d"],
        env={"LD_LIBRARY_PATH": libraries, "PATH": "/usr/bin:/bin", "MAIL_CONFIG": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # it ends its whole group when it ends
    )
    try:
        yield Postfix(port, folder / "boxes/box")
    finally:
        master.terminate()
        master.wait(20)


def wait_for(postfix: Postfix, letters: int) -> list[EmailMessage]:
    """The letters in the mailbox, once there are so many."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if postfix.box.exists():
            with closing(mailbox.mbox(postfix.box, create=False)) as box:
                found = [
                    message_from_bytes(box.get_bytes(key), policy=default) for key in box.iterkeys()
                ]
            if len(found) >= letters:
                return [each for each in found if isinstance(each, EmailMessage)]
        time.sleep(0.1)
    raise AssertionError("Postfix has put no letter into its mailbox.")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not in pytest's folder, which is its owner's alone: Postfix delivers as another user."""
    with TemporaryDirectory(prefix="relay") as made:
        yield Path(made)


def test_an_edition_arrives_in_a_mailbox(folder: Path) -> None:
    """Break to see it fail: end lines in LF, or leave the doubling of dots out."""
    outgoing = Outgoing.begin(folder / "library", readers=1)
    edition = outgoing.print_own(outgoing.readers[0], [1, 2, 3])
    outgoing.store.close()
    with running(folder) as postfix:
        settings = make_settings(folder / "library", postfix.port)
        with open_library(settings, create=False, clock=lambda: MORNING) as library:
            until = time.monotonic() + 20
            while library.post.deliver_due().down and time.monotonic() < until:
                time.sleep(0.2)
            (letter,) = library._store.get_letters()
            assert (letter.state, letter.reply[:4]) == (State.SENT, "250 ")
        (found,) = wait_for(postfix, 1)
    assert found["Message-ID"] == letter.message_id
    assert found["To"] == "r0@readers.test"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["Return-Path"] == "<papers@broadsheet.test>"
    assert found.get_content_type() == "multipart/alternative"
    plain, html = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None and html is not None
    for entry in edition.entries:
        assert entry.title in plain.get_content()
        assert entry.title in html.get_content()
