"""What the documents say is so: commands, options, settings, exit codes, the shown output."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from broadsheet import __all__ as public
from broadsheet import __version__
from broadsheet.cli import codes, main
from broadsheet.cli.commands import broadsheet
from broadsheet.config import OPTIONS, PREFIX

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CLI = (ROOT / "docs/cli.md").read_text(encoding="utf-8")


def commands(
    group: click.Group = broadsheet, path: str = ""
) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        full = f"{path}{name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{full} ")
        else:
            yield full, command


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_documented_with_its_options(name: str) -> None:
    """Break to see it fail: add an option to any command."""
    assert f"`{name}" in CLI
    for parameter in COMMANDS[name].params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("--"):
                assert f"`{option}" in CLI, f"{name} {option}"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_and_every_option_too(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def test_settings_are_documented() -> None:
    for option in OPTIONS:
        assert f"`{option.name}`" in CLI and f"`{PREFIX}{option.name.upper()}`" in CLI
        assert not option.default or f"`{option.default}`" in CLI
    assert f"`{PREFIX}LIBRARY`" in CLI


def test_exit_codes_are_documented() -> None:
    known = {value for name, value in vars(codes).items() if name.isupper() and name != "HELP"}
    table = CLI.split("## Exit codes")[1].split("## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == known
    for code in known:
        assert str(code) in codes.HELP


def blocks(text: str) -> list[str]:
    return re.findall(r"^```(?:sh|console|text)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def shown_commands(program: str) -> list[list[str]]:
    """Every line of a code block that runs the program, as arguments, comments left out."""
    lines = (line.removeprefix("$ ") for block in blocks(README) for line in block.splitlines())
    found = [line for line in lines if line.startswith(f"{program} ")]
    return [shlex.split(line, comments=True)[1:] for line in found]


def test_shown_commands_exist() -> None:
    """Every command line in the README is understood by the program as it is."""
    assert len(shown_commands("broadsheet")) >= 10
    for args in shown_commands("broadsheet"):
        line = args[: args.index("|")] if "|" in args else args
        line = line[: line.index(">")] if ">" in line else line
        name = next(name for name in COMMANDS if line[: len(name.split())] == name.split())
        COMMANDS[name].make_context(name, line[len(name.split()) :], resilient_parsing=False)


def test_shown_verbs_exist() -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    verbs = shown_commands("./run")
    assert ["demo"] in verbs and ["test"] in verbs
    for verb, *_ in verbs:
        assert re.search(rf"^  (?:\w+ \| )*{verb}(?: \| \w+)*\)", script, re.MULTILINE), verb


def test_shown_demo_output_is_real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Break to see it fail: change what the demo asks, or how results look."""
    assert main(["demo", str(tmp_path), "--once"]) == codes.OK
    told = {_steady(line) for line in capsys.readouterr().out.splitlines()}
    (shown,) = [block for block in blocks(README) if "The demo library has" in block]
    for line in shown.splitlines():
        if line.strip() not in {"", "$ ./run demo", "..."}:
            assert _steady(line) in told, line


def _steady(line: str) -> str:
    """A line without what differs from run to run: times, and where things are."""
    line = re.sub(r"[\d.,]+ (ms|s)\b", r"N \1", line.removeprefix("$ "))
    return re.sub(r"\S*broadsheet --library \S+ ", "broadsheet --library DIR ", line).strip()


def test_linked_files_exist() -> None:
    for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == __version__


def test_public_surface_is_sorted_and_complete() -> None:
    import broadsheet as package

    assert public == sorted(public)
    assert all(getattr(package, name) is not None for name in public)
    assert {*public, "__version__"} == set(dir(package))
    assert set(package._ROOM_OF) == set(public)
    with pytest.raises(AttributeError):
        _ = package.no_such_name
