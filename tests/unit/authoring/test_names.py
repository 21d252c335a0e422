import pytest
from nameparser import parse

from provkit.authoring.names import split_name


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ruiz, Ana", "Ana", "Ruiz"),
        ("Ruiz,Ana Maria", "Ana Maria", "Ruiz"),
        ("Ana Ruiz", "Ana", "Ruiz"),
        ("Mary Ann Smith", "Mary Ann", "Smith"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("de la Cruz, Juan", "Juan", "de la Cruz"),
        ("King, Martin Luther, Jr.", "Martin Luther", "King Jr."),
        ("Dr. Ana Ruiz", "Ana", "Ruiz"),
        ("Ana Ruiz (she/her)", "Ana", "Ruiz"),
        ("O'Neil, Sinead", "Sinead", "O'Neil"),
        ("Yo-Yo Ma", "Yo-Yo", "Ma"),
        ("Nguyễn Văn An", "Nguyễn Văn", "An"),
        ("Madonna", "Madonna", ""),
        ("", "", ""),
    ],
)
def test_names_are_split(name, first, last):
    assert split_name(name) == (first, last)


@pytest.mark.parametrize("first", ["Ana", "José Luis", "Anne-Marie", "Li", "Grace", "Bjørn", "Åsa"])
@pytest.mark.parametrize("last", ["Ruiz", "García López", "O’Neil", "Smith-Jones", "Öberg", "Ek"])
def test_plain_names_are_split_as_the_library_would(first, last):
    for name in (f"{last}, {first}", f"{first} {last.split()[-1]}"):
        parsed = parse(name)
        assert split_name(name) == (" ".join(filter(None, (parsed.given, parsed.middle))), parsed.family)
