"""Texts that strangers made to be dear: addresses, formulas; and what reading them may cost."""

from __future__ import annotations

import logging
import random
from itertools import count

import pytest

from broadsheet.errors import InvalidInputError
from broadsheet.post.headers import check_address, host_of
from broadsheet.post.words import tidy
from effort import takes_less_than


def try_address(text: str) -> bool:
    try:
        check_address(text)
    except InvalidInputError:
        return False
    return True


@pytest.mark.parametrize(
    "beginning", ["a@", "a@a.", "a@a-", "a@1.", "a@" + "a" * 62 + ".", "a.a@", "a" * 64 + "@"]
)
def test_an_address_takes_no_longer_for_what_ends_it(beginning: str) -> None:
    """Break: read a domain by one pattern, `(?:[A-Za-z0-9](?:…{0,61}…)?\\.?)+`: `a@aaa…_` takes
    twice as long with each letter. Longer and longer ones are tried, so that a break is quick."""
    for unit in ("a", "a.", "-", "a-", "ä"):
        for length in range(10, 130, 5):
            text = f"{beginning}{unit * length}_"
            assert takes_less_than(0.3, lambda text=text: try_address(text)), text  # type: ignore[misc]
            url = f"https://{unit * length}_/"
            assert takes_less_than(0.3, lambda url=url: host_of(url)), url  # type: ignore[misc]


def test_ten_thousand_strings_are_no_addresses_and_no_work() -> None:
    """Break: as above; the letters are those that a domain may have."""
    dice = random.Random(31)
    texts = [
        f"{''.join(dice.choices('aZ9._+@', k=dice.randrange(9)))}@"
        f"{''.join(dice.choices('aZ9..--_ä', k=dice.randrange(40)))}"
        for _ in range(10_000)
    ]
    found: list[str] = []
    assert takes_less_than(8, lambda: found.extend(filter(try_address, texts)))
    assert all(each.count("@") == 1 and ".." not in each for each in found)
    assert not try_address("a@" + "a" * 64) and not try_address("a@" + "a." * 200 + "a")
    assert try_address("a@" + "a" * 63 + ".b") and not try_address("a@b.")
    assert host_of("https://" + "a." * 200 + "a/") == "localhost"


@pytest.mark.parametrize(
    "unit", [r"\sqrt[", r"\cite[", r"\section[{", r"\footnote[]", r"\\[", r"\cite[{]}", r"\(\cite["]
)
@pytest.mark.parametrize("delimiters", ["$$", "$$$$", r"\(\)", r"\[\]"])
def test_a_formula_takes_no_longer_for_arguments_in_arguments(unit: str, delimiters: str) -> None:
    """Break: bound braces only: `$\\sqrt[\\sqrt[…$`, in one title, takes twice as long with each,
    and nobody's letter is written meanwhile. More and more of them, so that a break is quick."""
    half, new = len(delimiters) // 2, count()
    for depth in range(1, 34):
        dear = (unit * depth)[:190]

        def read(dear: str = dear) -> str:  # each time another one: what was read is remembered
            return tidy(f"{delimiters[:half]}{next(new)}{dear}{delimiters[half:]}", 300)

        assert takes_less_than(0.3, read), depth


def test_many_formulas_of_one_text_stay_as_typed() -> None:
    """Break: let `without_tex` read them all."""
    read = tidy(" ".join(rf"$\alpha_{{{n}}}$" for n in range(20)), 1000)
    assert read.startswith("α_0 α_1 ") and r"α_11 $\alpha_{12}$" in read
    assert tidy(r"On $[0,1]^d \to [0,1]$", 80) == "On [0,1]^d → [0,1]"
    assert tidy(r"$\sqrt[3]{n}$ and $\sqrt{n}$", 80) == r"$\sqrt[3]{n}$ and √(n)"


def test_what_strangers_typed_is_in_no_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Break: leave the level of pylatexenc's loggers as it is."""
    with caplog.at_level(logging.DEBUG):
        for text in (r"$\)$", r"$\frac{$", r"$\nothing[$", r"$x}$", r"\(\text{$\)"):
            tidy(text, 80)
    assert not caplog.records and capfd.readouterr() == ("", "")
