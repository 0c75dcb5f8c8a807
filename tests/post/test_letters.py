"""Letters: their form, what they say, and what they never load."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest

from broadsheet.edition import Section
from broadsheet.errors import ConfigError, InvalidInputError, MailError
from broadsheet.post.headers import check, check_address, guard, read_mailbox
from broadsheet.post.letters import LARGEST
from broadsheet.post.picture import Picture
from broadsheet.post.words import tidy
from letterbox import (
    HEADERS,
    NOW,
    SUBSCRIPTION,
    URL,
    bodies,
    find_harm,
    find_loads,
    make_edition,
    make_entry,
    make_frame,
    read,
    titles_of,
    write,
)

PICTURE = Picture(b"\x89PNG and so on", "weeks@papers.example.org", "A caption.", "light: 1, 2")


def test_a_letter_has_its_headers_and_no_others() -> None:
    message = read(write(make_edition()).payload)
    assert message.keys() == HEADERS
    assert message["From"] == "Papers <papers@example.org>"
    assert message["To"] == "ada@example.org"
    assert message["Subject"] == "Broadsheet, Friday 17 April 2026: 2 papers"
    assert parsedate_to_datetime(message["Date"]) == NOW
    assert message["Message-ID"] == "<edition.3.2026-04-17.t0ken@papers.example.org>"
    assert message["List-Id"] == "Your Broadsheet <editions.papers.example.org>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["MIME-Version"] == "1.0"


def test_addresses_in_headers_stand_as_they_are() -> None:
    """Not folded and not encoded, which not every mail service undoes. Break: let `_POLICY` of
    `letters` fold."""
    head = write(make_edition()).payload.partition(b"\r\n\r\n")[0]
    lines = head.decode().split("\r\n")
    assert [line.partition(":")[0] for line in lines] == HEADERS
    (found,) = [line for line in lines if line.startswith("List-Unsubscribe:")]
    assert found.startswith(f"List-Unsubscribe: <{URL}/mail/unsubscribe/3-") and found.endswith(">")


def test_plain_text_comes_first_and_a_picture_goes_with_the_html() -> None:
    def kinds(picture: Picture | None) -> list[str]:
        message = read(write(make_edition(), picture=picture).payload)
        return [part.get_content_type() for part in message.walk()]

    assert kinds(None) == ["multipart/alternative", "text/plain", "text/html"]
    assert kinds(PICTURE)[1:] == ["text/plain", "multipart/related", "text/html", "image/png"]
    message = read(write(make_edition(), picture=PICTURE).payload)
    (image,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert image.get_content() == PICTURE.content and image["Content-ID"] == f"<{PICTURE.cid}>"
    _, markup = bodies(message.as_bytes())
    assert f'src="cid:{PICTURE.cid}"' in markup and 'alt="light: 1, 2"' in markup


def test_a_letter_is_the_same_bytes_for_ever_and_another_for_another_address() -> None:
    """Break: leave `set_boundary` out, which the email package draws by lot."""
    first, second = (write(make_edition(), picture=PICTURE) for _ in range(2))
    assert first == second
    moved = replace(SUBSCRIPTION, address="ada@elsewhere.example")
    other = write(make_edition(), subscription=moved).payload
    assert read(other)["List-Unsubscribe"] != read(first.payload)["List-Unsubscribe"]


def test_the_plain_text_can_be_read_as_it_is() -> None:
    section = Section("shelf-7", "light", (make_entry(title="Lanterns " * 20),), more=4)
    empty = Section("search-2", "rivers", note="Nothing new for this search.")
    text, _ = bodies(write(make_edition(section, empty)).payload)
    lines = text.splitlines()
    assert all(len(line) <= 72 or "https://" in line for line in lines)
    told = " ".join(text.split())
    for said in (
        "Friday 17 April 2026. No. 12, 1 paper.",
        "1. Lanterns Lanterns",
        "Ada Novak, Ben Okoro",
        "63 % match. Near “Of lamps”, which you saved; wick, oil",
        f"{URL}/paper/101",
        f"Save: {URL}/mail/act/save-3-7-101-",
        f"Not for me: {URL}/mail/act/pass-3-7-101-",
        f"And 4 more on the web: {URL}/yours/2026-04-17",
        "Nothing this time: rivers.",
        f"On the web: {URL}/yours/2026-04-17",
        f"Schedule: {URL}/account/mail",
        f"Unsubscribe: {URL}/mail/unsubscribe/3-",
        "asked for it at ada@example.org",
    ):
        assert said in told, said


def test_what_a_shelf_found_teaches_it_in_any_section() -> None:
    """Break: leave `shelf_id` out of `Layout._paper`; then "Not for me" would only hide."""
    older = Section("library", "From the library", (make_entry(shelf_id=7),))
    assert f"{URL}/mail/act/pass-3-7-101-" in write(make_edition(older)).text


def test_sections_with_nothing_in_them_take_one_line() -> None:
    """Break: let `lay_out` keep sections without entries."""
    full = Section("shelf-7", "light", (make_entry(),))
    empty = [Section(f"shelf-{n}", f"Near {n}", note="Nothing to learn from yet.") for n in (8, 9)]
    written = write(make_edition(full, *empty))
    assert "Nothing to learn" not in written.text + written.html
    for told in (written.text, written.html):
        assert told.count("Near 8") == 1 and "Nothing this time: Near 8, Near 9." in told


def test_the_html_says_the_same_and_fixes_no_colour() -> None:
    """Break: give the body of letter.html a colour or a background."""
    _, markup = bodies(write(make_edition()).payload)
    assert titles_of(markup) == ["On lanterns", "On rivers"]
    assert "which you saved; wick, oil" in markup and "63 % match" in markup
    assert '<meta name="color-scheme" content="light dark">' in markup
    styles = markup.replace("color-scheme", "").replace("color:inherit", "")
    assert "color" not in styles and "background" not in styles
    assert not list(find_loads(markup))


def test_formulas_are_read_as_text() -> None:
    assert tidy(r"An $O(n \log n)$ bound for $\alpha$-stable $\mathbb{R}^d$", 80) == (
        "An O(n log n) bound for α-stable ℝ^d"
    )
    # What cannot be read stays as it was typed, whatever pylatexenc makes of it.
    for tex in (r"$\input{/etc/passwd}$", r"$\def\a{\a\a}\a$", "$" + "{" * 300 + "}" * 300 + "$"):
        assert tidy(tex, 1000) == tex
    assert tidy("$5 and $6", 80) and tidy("a" * 50, 20) == "a" * 19 + "…"


def test_a_letter_stays_small() -> None:
    """Break: make SIZES of `letters` a single row."""
    wide = "状态空间" * 75
    entries = [make_entry(n, wide, reason=wide, excerpt=wide) for n in range(1, 41)]
    written = write(make_edition(Section("shelf-7", "光", tuple(entries))), picture=PICTURE)
    assert len(written.payload) <= LARGEST
    assert "40 papers" in written.subject and "more on the web" in written.text
    assert 5 < len(titles_of(written.html)) < 40
    encoded = written.payload.partition(b"\r\n\r\n")[2]
    assert max(map(len, encoded.split(b"\r\n"))) <= 78


def test_what_has_no_room_is_counted_and_led_to() -> None:
    """Each section that was cut says how many papers stand on the page of the edition, one of which
    nothing was left, too. Break: leave the sections without papers out of `lay_out`."""
    titles = ["状态空间" * 75] * 30
    entries = [make_entry(n, title, excerpt=title) for n, title in enumerate(titles, 1)]
    cut = make_edition(
        Section("shelf-7", "light", tuple(entries)),
        Section("search-2", "rivers", tuple(make_entry(n) for n in range(31, 36))),
    )
    written = write(cut)
    shown = len(titles_of(written.html))
    assert shown < 30 and "35 papers" in written.subject
    text = " ".join(written.text.split())
    for more in (30 - shown, 5):
        assert f"And {more} more on the web: {URL}/yours/2026-04-17" in text
        assert f'<a href="{URL}/yours/2026-04-17" ' in written.html
        assert f">{more} more on the web</a>" in written.html


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8000"])
def test_without_https_there_is_no_one_click(url: str) -> None:
    """But the way out that a mail program opens in a browser, where there is an address. Break: set
    List-Unsubscribe-Post for any address."""
    written = write(make_edition(), url=url)
    names = [name for name in HEADERS if name != "List-Unsubscribe-Post"]
    if not url:
        names.remove("List-Unsubscribe")
    assert not list(find_harm(written.payload, names))
    if url:
        assert read(written.payload)["List-Unsubscribe"].startswith(f"<{url}/mail/unsubscribe/")
        assert f"Unsubscribe: {url}/mail/unsubscribe/" in written.text
    else:
        assert "http" not in written.text and "href" not in written.html
        assert "broadsheet mail unsubscribe" in " ".join(written.text.split())


def test_a_name_before_our_address_may_have_any_letters() -> None:
    message = read(write(make_edition(), sender="Päpers, “daily” <papers@example.org>").payload)
    assert message["From"].addresses[0].display_name == "Päpers, “daily”"
    for setting in ("", "papers", "Papers <papers@>", "a <b@c.example> d"):
        with pytest.raises(ConfigError, match="mail_from"):
            read_mailbox(setting)
    harm = read_mailbox("x =?utf-8?q?=0ABcc:_eve@evil.example?= y <papers@example.org>")
    assert "=?" not in harm.name


@pytest.mark.parametrize("text", ["ada@example.org", "a.b+c@xn--bcher-kva.example", "ä@x", "r@h"])
def test_what_is_an_address(text: str) -> None:
    if text.isascii():
        assert check_address(f" {text} ") == text
    else:
        with pytest.raises(InvalidInputError):
            check_address(text)
    assert check_address("Ada@BÜCHER.example") == "Ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example..org",
        "ada@-x.org",
        ".a@x.org",
        "a..b@x.org",
        "ada@example.org, eve@evil.example",
        "ada@example.org\nBcc: eve@evil.example",
        "ada@example.org\u2028x",
        "=?utf-8?q?=0ABcc?=@example.org",
        "Ada <ada@example.org>",
        '"ada"@example.org',
        "a@" + "x" * 300 + ".org",
        "x" * 65 + "@example.org",
        "ada@exa mple.org",
        "ada@[127.0.0.1]",
        "ada@\ud800.org",
    ],
)
def test_what_is_no_address(text: str) -> None:
    """Break: leave `_LOCAL` out of `check_address`."""
    with pytest.raises(InvalidInputError):
        check_address(text)


def test_the_host_in_a_message_id() -> None:
    for url, host in (
        (URL, "papers.example.org"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("https://bücher.example/x", "xn--bcher-kva.example"),
        ("http://[::1]:8000", "localhost"),
        ("", "localhost"),
    ):
        assert make_frame(url).host == host


def test_the_guard_lets_no_line_and_no_encoded_word_through() -> None:
    """Break: leave the replacement of "=?" out of `guard`."""
    for text in (
        "=?utf-8?q?Hi=0ABcc:_x@y.example?=",
        "a\r\nBcc: x@y.example",
        "a\u2028b\u2029c\x85d\x0be\x00f",
        "\ud800lone",
        "x" * 5000,
        "=" + "\u200b" + "?utf-8?q?twice?=",
    ):
        line = guard(text)
        assert "=?" not in line and len(line) <= 200 and len(line.splitlines()) <= 1
        assert line.encode() and "\0" not in line


def test_a_letter_with_a_header_too_many_does_not_leave() -> None:
    """As older releases of Python would have written it. Break: let `check` return at once."""
    payload = write(make_edition()).payload
    check(payload, HEADERS)
    for harm in (b"Bcc: eve@evil.example\r\nTo:", b"Bcc: eve@evil.example\nTo:"):
        with pytest.raises(MailError, match="headers"):
            check(payload.replace(b"To:", harm, 1), HEADERS)
    with pytest.raises(MailError, match="too long"):
        check(payload + b"x" * 999, HEADERS)
