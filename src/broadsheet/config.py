"""Settings: one frozen object from one table of options. Nothing is read at import.

Order of precedence: command line, environment (`BROADSHEET_…`), `broadsheet.toml` in the library
folder, default. An unknown key in the file is an error that names it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from platformdirs import user_data_path

from broadsheet.errors import ConfigError

PREFIX = "BROADSHEET_"
FILE_NAME = "broadsheet.toml"


@dataclass(frozen=True, slots=True)
class Option:
    """One row of the table: the setting's name, default and what it is for."""

    name: str
    default: str
    help: str


OPTIONS = (
    Option("host", "127.0.0.1", "Address that `serve` listens on."),
    Option("port", "8000", "Port that `serve` listens on."),
    Option("hosts", "", "Other host names that readers use, spaces between them."),
    Option(
        "embedder",
        "static",
        "What search by meaning uses: none, static, minilm, onnx:FOLDER, st:FOLDER, "
        "openai:URL#MODEL, or the name of an installed plug-in.",
    ),
    Option(
        "sync", "on", "Whether `serve` also fetches from the sources when they are due: on, off."
    ),
    Option("contact", "", "Your address (mail or web), told to the sources that are asked."),
    Option(
        "private_hosts",
        "",
        "Hosts in your own network that sources may be read from, as NAME:PORT, spaces between.",
    ),
    Option(
        "url",
        "",
        "The address that readers use, such as https://papers.example.org; links in feeds begin "
        "with it.",
    ),
    Option(
        "sign_in",
        "off",
        "Accounts: off (one reader, on this machine only), invite (operators invite), open "
        "(anybody signs up).",
    ),
    Option("public", "off", "Whether people without an account may read: off, on."),
    Option(
        "proxies",
        "",
        "Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, spaces "
        "between.",
    ),
    Option("press", "06:00", "Time of day (UTC) at which a day's edition goes to press."),
    Option("workers", "2", "Processes that `serve` answers with."),
    Option(
        "smtp",
        "",
        "The relay that takes mail, as smtp://USER@HOST:587 (STARTTLS), smtps://USER@HOST:465 "
        "(TLS) or smtp+plain://HOST:25 (neither); without one no mail leaves.",
    ),
    Option("smtp_password", "", "The password for the relay, where it wants one."),
    Option(
        "mail_from", "", "The address that mail comes from, such as Papers <papers@example.org>."
    ),
    Option("semanticscholar_key", "", "Key for Semantic Scholar; without one it is not asked."),
    Option("openalex_key", "", "Key for OpenAlex; without one it is not asked."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an instance runs with; `library` is the folder that holds everything."""

    library: Path
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: str = ""
    embedder: str = "static"
    sync: str = "on"
    contact: str = ""
    private_hosts: str = ""
    url: str = ""
    sign_in: str = "off"
    public: str = "off"
    proxies: str = ""
    press: str = "06:00"
    workers: int = 2
    smtp: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    semanticscholar_key: str = ""
    openalex_key: str = ""


def default_library() -> Path:
    """The library folder when none is named: under the user's data directory."""
    return user_data_path("broadsheet", appauthor=False) / "library"


def load_settings(
    library: Path | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Settings for a library folder. Raises ConfigError naming the key that is wrong."""
    env = os.environ if environ is None else environ
    folder = (library or Path(env.get(PREFIX + "LIBRARY") or default_library())).expanduser()
    values = _read_file(folder / FILE_NAME)
    for option in OPTIONS:
        if (value := env.get(PREFIX + option.name.upper())) is not None:
            values[option.name] = value
    return _apply(Settings(library=folder), values)


def find_origins(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where the value of each setting comes from: "command line", a variable of the environment,
    the file, or "default"."""
    env = os.environ if environ is None else environ
    try:
        written = _read_file(settings.library / FILE_NAME)
    except ConfigError:  # it was changed for the worse since
        written = {}
    origins = {}
    for option in OPTIONS:
        value, variable = str(getattr(settings, option.name)), PREFIX + option.name.upper()
        places = [(env.get(variable), variable), (written.get(option.name), FILE_NAME)]
        places.append((option.default, "default"))
        strongest = next((place for kept, place in places if kept is not None), "default")
        kept = next(kept for kept, place in places if place == strongest)
        origins[option.name] = strongest if kept == value else "command line"
    return origins


def _read_file(path: Path) -> dict[str, str]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError as error:
        raise ConfigError(f"{path.parent} is not a folder, so it cannot be a library.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}.") from error
    known = {option.name for option in OPTIONS}
    for key in raw:
        if key not in known:
            raise ConfigError(f"{path.name} has an unknown setting {key!r}.")
    return {key: str(value) for key, value in raw.items()}


def _apply(settings: Settings, values: Mapping[str, str]) -> Settings:
    types = {field.name: field.type for field in fields(Settings)}
    changes: dict[str, str | int] = {}
    for name, value in values.items():
        if types[name] == "int":
            try:
                changes[name] = int(value)
            except ValueError as error:
                raise ConfigError(f"The setting {name!r} must be a number.") from error
        else:
            changes[name] = value
    return replace(settings, **changes)  # type: ignore[arg-type]
