"""Identifiers as people paste them, and keys by which titles and names meet."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.ids import (
    compact,
    find_identifiers,
    name_key,
    parse_acl,
    parse_arxiv,
    parse_doi,
    parse_github,
    parse_identifier,
    parse_openreview,
    parse_pmid,
    parse_venue,
    title_key,
)
from broadsheet.model import Identifier

ARXIV_FORMS = {
    "0704.0001": ("0704.0001", None),
    "1412.7878": ("1412.7878", None),
    "1501.00001": ("1501.00001", None),
    "2609.40353v12": ("2609.40353", 12),
    "hep-th/9901001": ("hep-th/9901001", None),
    "math.CA/0611800v2": ("math/0611800", 2),
    "cond-mat.mes-hall/0101001": ("cond-mat/0101001", None),
    "physics.optics/0703001": ("physics/0703001", None),
    "alg-geom/9202004": ("alg-geom/9202004", None),
    "arXiv:1706.03762v5": ("1706.03762", 5),
    "arXiv: 1706.03762": ("1706.03762", None),
    "ARXIV:1706.03762v5 [cs.CL]": ("1706.03762", 5),
    "oai:arXiv.org:2203.01250v3": ("2203.01250", 3),
    "https://arxiv.org/abs/1706.03762v5": ("1706.03762", 5),
    "http://export.arxiv.org/abs/hep-ex/0307015v1": ("hep-ex/0307015", 1),
    "arxiv.org/pdf/1706.03762": ("1706.03762", None),
    "https://arxiv.org/pdf/1706.03762v5.pdf#page=3": ("1706.03762", 5),
    "https://arxiv.org/html/2401.00001v2/": ("2401.00001", 2),
    "https://arxiv.org/src/2401.00001": ("2401.00001", None),
    "https://arxiv.org/abs/2401.00001?context=cs.LG": ("2401.00001", None),
    "https://huggingface.co/papers/2401.00001": ("2401.00001", None),
    "https://www.alphaxiv.org/abs/2401.00001": ("2401.00001", None),
    "10.48550/arXiv.2401.00001": ("2401.00001", None),
    "https://doi.org/10.48550/ARXIV.hep-th/9901001": ("hep-th/9901001", None),
    "(https://arxiv.org/abs/2401.00001).": ("2401.00001", None),
}
NOT_ARXIV = [
    "1501.0001", "1412.00001", "1234.12345x", "1513.00001", "0703.0001", "2401.000001",
    "2401.00001v0", "foo/9901001", "math/0704001", "math/9013001", "hep-th/990100", "2401",
    "https://arxiv.org/list/cs.LG/new", "see 2401.00001", "", "２４０１.00001",
    "https://example.org/abs/2401.00001", "2401.00001v" + "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ARXIV_FORMS.items())
def test_arxiv_forms(text: str, expected: tuple[str, int | None]) -> None:
    value, version = expected
    assert parse_arxiv(text) == (Identifier("arxiv", value), version)
    assert find_identifiers(text) == (Identifier("arxiv", value),)


@pytest.mark.parametrize("text", NOT_ARXIV)
def test_not_arxiv(text: str) -> None:
    """Break to see it fail: let the new scheme have four or five digits in any month."""
    assert parse_arxiv(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10.1000/XYZ.123", "10.1000/xyz.123"),
        ("doi:10.1000/xyz", "10.1000/xyz"),
        ("DOI: 10.1000/xyz.", "10.1000/xyz"),
        ("https://doi.org/10.1000/xyz", "10.1000/xyz"),
        ("http://dx.doi.org/10.1000%2Fxyz", "10.1000/xyz"),
        ("https://doi.org/10.1000/xyz),", "10.1000/xyz"),
        ("10.1000/a(b)c", "10.1000/a(b)c"),
        ("10.1000/ab(c)", "10.1000/ab(c)"),
        ("10.1000/(SICI)1(19980815/30)7:5<16::AID>3.0.CO;2-2",
         "10.1000/(sici)1(19980815/30)7:5<16::aid>3.0.co;2-2"),
        ("https://publisher.example/doi/full/10.1000/xyz?x=1", "10.1000/xyz"),
        ("https://publisher.example/content/10.1000/xyz/abstract", "10.1000/xyz"),
        ("https://server.example/content/10.1101/2020.01.01.123456v2.full",
         "10.1101/2020.01.01.123456"),
    ],
)  # fmt: skip
def test_doi_forms(text: str, value: str) -> None:
    assert parse_doi(text) == Identifier("doi", value)


def test_a_doi_of_arxiv_is_the_arxiv_identifier() -> None:
    """Two schemes for one name would keep a paper's records apart.

    Break to see it fail: return the DOI as it is.
    """
    expected = Identifier("arxiv", "2401.00001")
    assert parse_doi("https://doi.org/10.48550/arXiv.2401.00001v2") == expected
    assert parse_doi("10.48550/arXiv.not-an-id") == Identifier("doi", "10.48550/arxiv.not-an-id")


@pytest.mark.parametrize("text", ["10.1000", "10.1/x", "11.1000/x", "doi:", "a 10.1000/x b", ""])
def test_not_a_doi(text: str) -> None:
    assert parse_doi(text) is None


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_openreview, "https://openreview.net/forum?id=AbC_12-xyz&noteId=Q", "AbC_12-xyz"),
        (parse_openreview, "https://openreview.net/pdf?id=AbC_12-xyz", "AbC_12-xyz"),
        (parse_openreview, "openreview:AbC_12-xyz", "AbC_12-xyz"),
        (parse_openreview, "AbC_12-xyz", None),
        (parse_acl, "p19-1001", "P19-1001"),
        (parse_acl, "https://aclanthology.org/P19-1001v2.pdf", "P19-1001"),
        (parse_acl, "https://www.aclweb.org/anthology/2020.acl-main.12/", "2020.acl-main.12"),
        (parse_acl, "2023.findings-emnlp.3", "2023.findings-emnlp.3"),
        (parse_acl, "P19-10", None),
        (parse_pmid, "PMID: 12345678", "12345678"),
        (parse_pmid, "https://pubmed.ncbi.nlm.nih.gov/12345678/", "12345678"),
        (parse_pmid, "12345678", None),
        (parse_venue, "NeurIPS2023:AbC_12-xyz", "NeurIPS2023:AbC_12-xyz"),
        (parse_venue, "year:2023", None),
        (parse_github, "https://github.com/Lab/Model.git", "lab/model"),
        (parse_github, "git@github.com:Lab/Model.git", "lab/model"),
        (parse_github, "https://github.com/lab/model/tree/main/src.", "lab/model"),
        (parse_github, "github.com/lab/model.", "lab/model"),
        (parse_github, "https://github.com/lab", None),
        (parse_github, "https://github.com/topics/search", None),
        (parse_github, "lab/model", None),
    ],
)
def test_other_schemes(
    parse: Callable[[str], Identifier | None], text: str, value: str | None
) -> None:
    found = parse(text)
    assert (found.value if found else None) == value


def test_several_pasted_identifiers() -> None:
    assert find_identifiers("arXiv:2401.00001, doi:10.1000/x; 2401.00001v3") == (
        Identifier("arxiv", "2401.00001"),
        Identifier("doi", "10.1000/x"),
    )


@pytest.mark.parametrize(
    "text",
    ["deep learning", "as in arXiv:2401.00001", "graph 2401.00001", "title:graphs", "", "  ",
     "2401.00001 " * 30, "x" * 5000, "https://example.org/page"],
)  # fmt: skip
def test_prose_has_no_identifiers(text: str) -> None:
    """Break to see it fail: search for identifiers anywhere in the text."""
    assert find_identifiers(text) == ()


REFERENCES = st.lists(
    st.sampled_from(
        ["arXiv:", "https://arxiv.org/abs/", "10.48550/arXiv.", "2401.00001", "math.CA/", "0611800",
         "v2", "doi:", "https://doi.org/", "10.1000/", "%2F", "%25", "abc", ".", ")", "(", "]", "[",
         "<", ">", "/", "/pdf", ".pdf", " ", "?id=", "#", "https://github.com/", "a/b", ".git",
         "P19-1001", "\ud800", "\0", "İ", "ß", "http://x.y/"]
    ) | st.text(max_size=3),
    max_size=8,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(REFERENCES | st.text(max_size=60))
@example("10.1000/a%2525")
@example("https://x.y/10.1000/abc/pdf/pdf")
def test_parsers_never_raise_and_their_values_are_canonical(text: str) -> None:
    """What a parser gives, it gives again for its own value."""
    found = find_identifiers(text)
    assert len(found) == len(set(found))
    if arxiv := parse_arxiv(text):
        assert parse_arxiv(arxiv[0].value) == (arxiv[0], None)
    for parse in (parse_doi, parse_acl, parse_venue):
        if identifier := parse(text):
            assert parse_identifier(identifier.value) == identifier
    if repository := parse_github(text):
        assert parse_github(f"https://github.com/{repository.value}") == repository
    parse_openreview(text)
    parse_pmid(text)


# --- Titles -----------------------------------------------------------------------------------

SAME_TITLES = [
    ("Hölder Estimates in L²(ℝ³)", r"H\"older estimates in $L^2(\mathbb{R}^3)$"),
    ("Łojasiewicz’s Inequality", r"{\L}ojasiewicz's inequality."),
    ("On α-Stable Flows", r"On $\alpha$-stable flows"),
    ("The ε-Problem – Revisited", r"The $\varepsilon$-problem --- revisited"),
    ("Über Straßen", r"{\"U}ber Stra{\ss}en"),
    ("Façade naïveté", r"Fa\c{c}ade na{\"\i}vet\'{e}"),
    ("Bounds of O(n) for n ≤ k", r"Bounds of $\mathcal{O}(n)$ for $n \leq k$"),
    ("Bounds of O(n) for n ≤ k", "Bounds of mathcal{O}(n) for n leq k"),
    ("Pre-training  of\n BERT", "pretraining of {BERT}"),
    ("Search & Rescue", r"Search \& rescue"),
    ("Search &amp; Rescue", "Search and Rescue"),
    ("H<sub>2</sub>O as a <i>solvent</i>", "H$_2$O as a solvent"),
    ("ﬁne-tuning ＡＢＣ", "Fine-Tuning ABC"),
    ("What’s “New”?", "whats 'new'"),
]


@pytest.mark.parametrize(("one", "other"), SAME_TITLES)
def test_titles_that_are_one(one: str, other: str) -> None:
    assert compact(title_key(one)) == compact(title_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flows, Part I", "Flows, Part II"),
        ("Flows in L^2", "Flows in L^3"),
        ("α-Flows", "β-Flows"),
        ("Flows", "Erratum: Flows"),
        ("流れについて", "流れ"),
    ],
)
def test_titles_that_are_two(one: str, other: str) -> None:
    assert compact(title_key(one)) != compact(title_key(other))


def test_title_key_is_words() -> None:
    assert title_key("  Gödel & “Escher”: A $\\beta$-Test ") == "godel and escher a beta test"
    assert title_key("$ — $") == ""


TITLES = st.text(max_size=40) | st.lists(
    st.sampled_from([r"\'", r"\c{c}", "{", "}", "$", r"\alpha", "Ω", "é", "e\u0301", "ß", "İ",
                     "<i>", "&amp;", "Word", "graph", " ", "-", "\ud800", "ﬁ", "Ⅷ", "ǅ"]),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(TITLES)
@example("ΐ")
def test_title_key_is_canonical(title: str) -> None:
    """A key is its own key; case, spacing and composed or decomposed accents do not matter."""
    key = title_key(title)
    assert title_key(key) == key
    assert title_key(f"  {title}\n") == key
    assert compact(title_key(unicodedata.normalize("NFD", title))) == compact(key)


WORDS = st.lists(st.sampled_from(["graph", "naïve", "ΩX", "flow2", "Ångström"]), max_size=6)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from("-–:,.?!—/"))
def test_title_key_ignores_case_and_punctuation(
    words: list[str], recase: Callable[[str], str], mark: str
) -> None:
    plain = " ".join(words)
    assert title_key(recase(f"{mark} ".join(words) + mark)) == title_key(plain)
    assert title_key("{" + plain + "}") == title_key(plain)


# --- People -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "forms"),
    [
        ("example a", ["Ana Example", "Example, Ana", "A. Example", "Example, A. B.",
                       "EXAMPLE, ANA", "Example A", "Example A.B.", "Ana Example (Some Institute)",
                       "Ana Example, Jr.", "Example, Jr., Ana", "Example, Ana, III",
                       "Ana Example,", "{Example}, Ana"]),
        ("gorka p", ["Przemysław Górka", r"Przemys{\l}aw G\'orka", r"G{\'o}rka, P."]),
        ("muster k", ["Klaus Müster", "Muester, K.", r"K. M\"uster"]),
        ("sand j", ["Jan van der Sand", "van der Sand, Jan", "Sand, J. van der"]),
        ("perez m", ["María García Pérez", "García Pérez, María"]),
        ("some collaboration", ["The SOME Collaboration", "SOME Collaboration"]),
        ("plato", ["Plato", "Plato,"]),
        ("", ["", " ", "()", ",", "\\"]),
    ],
)  # fmt: skip
def test_names_that_are_one(key: str, forms: list[str]) -> None:
    assert {name_key(form) for form in forms} == {key}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40) | TITLES)
def test_name_key_never_raises(name: str) -> None:
    assert name_key(name) == name_key(f" {name} ")


@pytest.mark.parametrize("hidden", ["\u202e", "\x9b", "\u200b", "\x07", "\ufeff"])
def test_a_doi_has_nothing_in_it_that_cannot_be_seen(hidden: str) -> None:
    assert parse_doi(f"10.1000/ab{hidden}cd") is None
    assert parse_doi(f"https://doi.org/10.1000/ab{hidden}cd") is None
