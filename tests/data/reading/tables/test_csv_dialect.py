"""How tables of text are written: separators, decimals, headers, what stands above them, and their encodings."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.data.reading.tables.csv_dialect import BLANKS, dialect_of
from deepclust.data.reading.tables.encoding import encoding_of
from deepclust.data.reading.tables.roles import look_at_table

ROWS = "0.1,2.5,ash\n-1.2,3,birch\n0.7,1,ash\n"


def dialect(text: str, suffix: str = ".csv"):
    return dialect_of(text.encode(), suffix, "t.csv")


@pytest.mark.parametrize(
    ("text", "separator", "decimal"),
    [
        ("a,b\n1,2\n3,4\n", ",", "."),
        ("a;b;c\n1,5;2,5;x\n3,1;4,1;y\n", ";", ","),
        ("a\tb\n1\t2\n", "\t", "."),
        ("a|b\n1|2\n", "|", "."),
        ("1.0 2.0 3.0\n4.0 5.0 6.0\n", BLANKS, "."),
        ("   63    -66\n -268    181\n", BLANKS, "."),
        ("GENE_1   0.06  -0.07   ash\nGENE_2   -0.2  0.18   birch\n", BLANKS, "."),
        ("0,06 -0,07\n1,20 3,40\n5,00 6,00\n", BLANKS, ","),
        ("name,text\nx,several words in a row\ny,some others here\n", ",", "."),
        ("k,pixels,u\n0,1 2 3 4,a\n1,5 6 7 8,b\n", ",", "."),
        ('a,b\n"1,000",2\n"3,000",4\n', ",", "."),
        ("sep=;\na;b\n1,5;2\n", ";", ","),
        ("name,v\nx,0.1;0.2;0.3;0.4;0.5;0.6;0.7;0.8\ny,1.1;1.2;0.3;0.4;0.5;0.6;0.7;0.8\n", ",", "."),
    ],
)
def test_separators_and_decimals(text, separator, decimal):
    found = dialect(text)
    assert (found.separator, found.decimal) == (separator, decimal)


@pytest.mark.parametrize(
    ("text", "names", "skip"),
    [
        ("a,b,c\n" + ROWS, ("a", "b", "c"), 1),
        (ROWS, None, 0),
        ("0,1\n0.5,0.2\n0.1,0.7\n", ("0", "1"), 1),
        ("country,1990,1991,1992\nx,5,3,9\ny,2,8,1\n", ("country", "1990", "1991", "1992"), 1),
        ("0,1,2\n0,1,2\n0,1,2\n", None, 0),
        ("x,y\na,b\nb,a\n", ("x", "y"), 1),
        ("a,b\na,b\nb,a\n", None, 0),
        (",a,b\n0,1.5,2\n1,3,4\n", ("", "a", "b"), 1),
        ("a,b\nr1,1,2\nr2,3,4\n", ("", "a", "b"), 1),
        ("# made by a reader\n# run 5\na,b\n1,2\n", ("a", "b"), 3),
        ("# x, y\n1,2\n3,4\n", ("x", "y"), 1),
        ("Trees,,\n,,\na,b,c\n" + ROWS, ("a", "b", "c"), 3),
        ("Measured in May\n\na,b,c\n" + ROWS, ("a", "b", "c"), 3),
        ("a,b\n1,2,\n3,4,\n", ("a", "b", ""), 1),
        ("a,b,kind\ncm,kg,\n1,2,x\n3,4,y\n5,6,x\n", ("a", "b", "kind"), 2),
        ("|a|b|\n|---|---|\n|1|2|\n|3|4|\n|5|6|\n", ("", "a", "b", ""), 2),
        ("a,b\nx,1\ny,2\nz,3\nx,4\n", ("a", "b"), 1),
    ],
)
def test_the_header_is_told_from_the_rows_below_it(text, names, skip):
    found = dialect(text)
    assert (found.names if found.header else None, found.skip) == (names, skip)


def test_a_header_can_be_said_to_be_there_or_not(tmp_path):
    (tmp_path / "t.csv").write_text("3,4\n1,2\n5,7\n")
    assert look_at_table(tmp_path / "t.csv").n_rows == 3
    look = look_at_table(tmp_path / "t.csv", chosen={"header": True})
    assert ([c.name for c in look.columns], look.n_rows) == (["3", "4"], 2)
    (tmp_path / "t.csv").write_text("a,b\nx,y\nx,z\n")
    assert look_at_table(tmp_path / "t.csv", chosen={"header": False}).n_rows == 3


def test_a_line_of_counts_names_the_classes(tmp_path):
    first = "3,2,ash,birch\n"
    (tmp_path / "t.csv").write_text(first + "0.5,0.1,0\n0.3,0.9,1\n0.1,0.2,0\n")
    look = look_at_table(tmp_path / "t.csv")
    assert look.suggested.label == "column 3"
    found = dialect(first + "0.5,0.1,0\n0.3,0.9,1\n0.1,0.2,0\n")
    assert (found.classes, found.skip) == (("ash", "birch"), 1)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("größe,b", "utf-8"),
        ("größe,Länge,Öl", "cp1252"),
        ("白蜡,b,桦木,雪松", "gb18030"),
        ("имя,размер,цвет", "cp1251"),
        ("a,b", "utf-16"),
    ],
)
def test_encodings(text, encoding):
    assert text.encode(encoding).decode(encoding_of(text.encode(encoding))) == text


def test_quotes_that_stand_alone_are_kept_and_no_row_is_lost(tmp_path):
    rows = (
        "".join(f"w{i}\t{i / 7:.3f}\t{'ab'[i % 2]}\n" for i in range(30))
        .replace("w3\t", 'pipe 5"\t')
        .replace("w9", '"start')
    )
    (tmp_path / "t.tsv").write_text("word\tx\tgroup\n" + rows)
    look = look_at_table(tmp_path / "t.tsv")
    assert (look.n_rows, [c.name for c in look.columns]) == (30, ["word", "x", "group"])
    assert any("Quotes stand alone" in note for note in look.notes)


def test_texts_over_several_lines_stay_whole(tmp_path):
    (tmp_path / "t.csv").write_text('a,text\n1,"first line\nsecond, line"\n2,"one"\n3,"x\ny"\n')
    look = look_at_table(tmp_path / "t.csv")
    assert (look.n_rows, look.head[0]) == (3, ("1", "first line\nsecond, line"))


@pytest.mark.parametrize("content", ["a,b\n1,2,3\n4,5\n6,7\n", "a,b\n" + "1,2\n" * 20 + "1,2,3\n"])
def test_a_line_with_too_many_fields_is_named(tmp_path, content):
    (tmp_path / "t.csv").write_text(content)
    line = next(i for i, row in enumerate(content.split("\n"), 1) if row.count(",") == 2)
    with pytest.raises(ValueError, match=rf"line {line} has .* fields"):
        look_at_table(tmp_path / "t.csv")


def test_savetxt_of_numpy(tmp_path):
    X = np.random.default_rng(0).normal(size=(20, 4))
    np.savetxt(tmp_path / "x.txt", X)
    look = look_at_table(tmp_path / "x.txt")
    assert (look.n_rows, len(look.suggested.features)) == (20, 4)


def test_a_line_of_units_is_passed_over_and_said(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\ncm,kg\n" + "".join(f"{i / 7},{i}\n" for i in range(9)))
    look = look_at_table(tmp_path / "t.csv")
    assert look.n_rows == 9
    assert look.notes == ("The line below the header holds no values and was passed over: cm, kg.",)


@pytest.mark.parametrize(
    ("words", "encoding", "known"),
    [
        ("赤い花,緑の葉,青い海", "cp932", "cp932"),
        ("白蜡,桦树,雪松", "gb18030", "gb18030"),
        ("красный,зелёный,синий", "cp1251", "cp1251"),
        ("rot,grün,blau", "latin-1", "cp1252"),
    ],
)
def test_encodings_that_are_not_utf_8(words, encoding, known):
    assert encoding_of(("a,b\n" + f"{words}\n" * 20).encode(encoding)) == known
