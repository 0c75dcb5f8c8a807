"""Settings: who wins, what is refused, and that the sentences name what is wrong."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.cli.app import App
from broadsheet.config import (
    FILE_NAME,
    OPTIONS,
    PREFIX,
    Option,
    Settings,
    default_library,
    find_origins,
    load_settings,
)
from broadsheet.errors import ConfigError

OTHER = {
    "host": "0.0.0.0",
    "port": "9",
    "hosts": "papers.example.org",
    "embedder": "none",
    "sync": "off",
    "contact": "desk@example.org",
    "private_hosts": "wiki.lab.example:80",
    "semanticscholar_key": "one",
    "openalex_key": "two",
    "url": "https://papers.example",
    "sign_in": "invite",
    "public": "on",
    "proxies": "127.0.0.1",
    "press": "07:30",
    "workers": "3",
    "smtp": "smtp://desk@mail.example.org:587",
    "smtp_password": "a long one",
    "mail_from": "Papers <papers@example.org>",
}


def write_file(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return folder


# --- Who wins -------------------------------------------------------------------------------------


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings(library=tmp_path)


def test_the_table_and_the_object_agree() -> None:
    """Break to see it fail: add a field to `Settings` and no row to `OPTIONS`."""
    table = {option.name: option.default for option in OPTIONS}
    made = Settings(library=Path("x"))
    assert {f.name: str(getattr(made, f.name)) for f in fields(Settings)} == table | {
        "library": "x"
    }
    assert table.keys() == OTHER.keys()


@pytest.mark.parametrize("name", OTHER)
def test_file_wins_over_default_and_environment_over_file(tmp_path: Path, name: str) -> None:
    """Break to see it fail: read the file after the environment in `load_settings`."""
    default = getattr(Settings(library=tmp_path), name)
    of = type(default)
    number = of is int
    write_file(tmp_path, f"{name} = 7" if number else f'{name} = "from file"')
    assert getattr(load_settings(tmp_path, {}), name) == (7 if number else "from file") != default
    found = load_settings(tmp_path, {PREFIX + name.upper(): OTHER[name]})
    assert getattr(found, name) == of(OTHER[name])
    untouched = replace(found, **{name: default})
    assert untouched == Settings(library=tmp_path)


def test_the_command_line_wins_over_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path, 'port = 1\nhost = "file.example.org"\nembedder = "file"')
    monkeypatch.setenv("BROADSHEET_PORT", "2")
    monkeypatch.setenv("BROADSHEET_HOST", "environment.example.org")
    found = App(tmp_path).settings(port=3, host=None)
    assert (found.port, found.host, found.embedder) == (3, "environment.example.org", "file")


def test_port_0_of_the_command_line_is_a_choice(tmp_path: Path) -> None:
    """Break to see it fail: drop what is falsy, not what is None, in `App.settings`."""
    assert App(tmp_path).settings(port=0).port == 0


def test_an_empty_value_in_the_environment_is_a_value(tmp_path: Path) -> None:
    write_file(tmp_path, 'hosts = "papers.example.org"')
    assert load_settings(tmp_path, {"BROADSHEET_HOSTS": ""}).hosts == ""


def test_the_environment_of_the_process_is_used_unless_another_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_PORT", "12")
    assert load_settings(tmp_path).port == 12
    assert load_settings(tmp_path, {}).port == 8000


def test_variables_that_are_no_settings_are_left_alone(tmp_path: Path) -> None:
    environ = {"BROADSHEET_COLOUR": "red", "PORT": "1", "broadsheet_port": "2", "HOST": "x"}
    assert load_settings(tmp_path, environ) == Settings(library=tmp_path)


# --- The library's folder -------------------------------------------------------------------------


def test_which_folder(tmp_path: Path) -> None:
    named = {"BROADSHEET_LIBRARY": str(tmp_path / "named")}
    assert load_settings(tmp_path / "given", named).library == tmp_path / "given"
    assert load_settings(None, named).library == tmp_path / "named"
    assert load_settings(None, {}).library == default_library()
    assert load_settings(None, {"BROADSHEET_LIBRARY": ""}).library == default_library()


def test_the_default_folder_is_under_the_users_data(home: Path) -> None:
    assert default_library().is_relative_to(home)
    assert default_library().parent.name == "broadsheet"


def test_a_tilde_is_the_home_folder(home: Path) -> None:
    """Service managers and container files hand `~` over as it stands."""
    assert load_settings(Path("~/papers"), {}).library == home / "papers"
    assert load_settings(None, {"BROADSHEET_LIBRARY": "~/papers"}).library == home / "papers"


def test_each_library_has_a_file_of_its_own(tmp_path: Path) -> None:
    one, other = write_file(tmp_path / "one", "port = 1"), write_file(tmp_path / "two", "port = 2")
    environ = {"BROADSHEET_LIBRARY": str(one)}
    assert load_settings(None, environ).port == 1
    assert load_settings(other, environ).port == 2


def test_loading_makes_nothing(tmp_path: Path) -> None:
    load_settings(tmp_path / "nowhere", {})
    assert list(tmp_path.iterdir()) == []


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1", "'colour'"),
        ("Port = 1", "'Port'"),
        ("library = '/tmp'", "'library'"),
        ("[server]\nport = 1", "'server'"),
        ("port = 'many'", "'port'"),
        ("port = ''", "'port'"),
        ("port = 1.5", "'port'"),
        ("port = true", "'port'"),
        ("port = [1]", "'port'"),
        ("port =", FILE_NAME),
        ("port = 1\nport = 2", FILE_NAME),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(write_file(tmp_path, text), {})
    sentence = str(caught.value)
    assert named in sentence and sentence.endswith(".") and "\n" not in sentence


@pytest.mark.parametrize("value", ["", "http", "80 80", "0x50", "8000.0", "\u2167"])
def test_a_bad_number_in_the_environment_is_named(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="'port' must be a number"):
        load_settings(tmp_path, {"BROADSHEET_PORT": value})


def test_the_environment_mends_a_bad_number_in_the_file(tmp_path: Path) -> None:
    write_file(tmp_path, "port = 'many'")
    assert load_settings(tmp_path, {"BROADSHEET_PORT": "80"}).port == 80


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes('hosts = "zeitung-für-alle.example"'.encode("latin-1"))
    with pytest.raises(ConfigError, match=f"{FILE_NAME} cannot be read"):
        load_settings(tmp_path, {})


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="is not a folder"):
        load_settings(tmp_path / "file", {})


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_text_in_the_file_is_settings_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = write_file(tmp_path_factory.mktemp("any"), text.encode(errors="replace").decode())
    try:
        assert load_settings(folder, {}) == Settings(library=folder)
    except ConfigError as error:
        assert str(error).endswith(".")


def test_settings_stay_as_they_are(tmp_path: Path) -> None:
    made = load_settings(tmp_path, {})
    with pytest.raises(FrozenInstanceError):
        made.port = 1  # type: ignore[misc]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_says_what_it_is_for(option: Option) -> None:
    assert option.help.endswith(".") and option.name.isidentifier() and option.name.islower()


def test_each_setting_has_a_place_that_it_comes_from(tmp_path: Path) -> None:
    """Break to see it fail: ask the file before the environment in `find_origins`."""
    write_file(tmp_path, 'host = "::1"\ncontact = "a@b.example"')
    environ = {PREFIX + "CONTACT": "c@d.example"}
    settings = replace(load_settings(tmp_path, environ), port=9)
    origins = find_origins(settings, environ)
    assert origins.keys() == {option.name for option in OPTIONS}
    assert origins["host"] == "broadsheet.toml" and origins["contact"] == PREFIX + "CONTACT"
    assert origins["port"] == "command line" and origins["press"] == "default"
    write_file(tmp_path, "not toml at all [")
    assert find_origins(settings, {})["press"] == "default"
