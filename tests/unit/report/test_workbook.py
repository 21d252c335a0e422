"""The annotated workbook: the user's own, with every format kept, cells marked, and a sheet that leads to each."""

import io
import os
import subprocess
import zipfile

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill

from provkit.errors import SourceError
from provkit.report import View
from provkit.report import workbook as made
from provkit.report.workbook import annotated, is_annotated, lost
from provkit.rules import Collector, Consequence, Finding, Origin, rule
from provkit.sources.annotations import COLUMNS


@rule("PK901", Consequence.REJECTED, "{value!r} is not a status")
def status_unknown():
    """A status is not one that is known.

    What happens: the row is not imported. Remedy: write active. Evidence: none
    """


@rule("PK903", Consequence.ALTERED, "{value!r} arrives changed")
def value_changed():
    """A value arrives changed.

    What happens: it does. Remedy: write it otherwise.
    """


def at(cell, value="enrolled", sheet="It's a roster", broken=status_unknown, file="r.xlsx"):
    return Finding(broken, None, None, "status", value, Origin(file, sheet, cell))


def view(*findings, listed=1000):
    collector = Collector(listed)
    collector.extend(findings)
    return View(collector.report(), "r.xlsx")


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def source():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "It's a roster"
    sheet.append(["Email", "Status"])
    sheet.append(["ana@example.org", "enrolled"])
    sheet.append([None, "=1+1"])
    sheet["B2"].fill = PatternFill("solid", fgColor="00FF00")
    sheet["B2"].font = Font(italic=True)
    sheet["A2"].comment = Comment("Called on Monday.", "the office")
    sheet.conditional_formatting.add("B2:B9", CellIsRule(operator="equal", formula=['"enrolled"'], font=Font(bold=True)))
    sheet.column_dimensions["A"].width = 33
    sheet.freeze_panes = "A2"
    book.create_sheet("Other")["A1"] = 7
    return saved(book)


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_cells_at_fault_are_coloured_and_commented_and_keep_their_formats(source):
    book = opened(annotated(source, "r.xlsx", view(at("B2"), at("B3", "x", broken=value_changed))))
    sheet = book["It's a roster"]
    assert (sheet["B2"].fill.fgColor.rgb, sheet["B2"].font.italic, sheet.column_dimensions["A"].width) == ("0000FF00", True, 33)
    assert sheet["B3"].value == "=1+1"
    assert sheet.freeze_panes == "A2"
    assert "Must fix (PK901): 'enrolled' is not a status\nWhat to do: Write active." in sheet["B2"].comment.text
    colours = {
        str(ranges.sqref): (rule.priority, rule.dxf.fill.bgColor.rgb if rule.dxf.fill else None)
        for ranges in sheet.conditional_formatting
        for rule in ranges.rules
    }
    assert colours == {"B2:B9": (4, None), "B2": (1, "00FFC7CE"), "B3": (2, "00FFE699")}


def test_the_sheet_to_fix_comes_first_worst_first_and_links_to_each_cell(source):
    book = opened(
        annotated(
            source, "r.xlsx", view(at("B3", "x", broken=value_changed), at("B2"), Finding(status_unknown, "users.csv", value="y"))
        )
    )
    assert book.sheetnames == ["To fix", "It's a roster", "Other"]
    sheet = book["To fix"]
    rows = list(sheet.iter_rows())
    top = next(index for index, row in enumerate(rows) if tuple(cell.value for cell in row) == COLUMNS)
    listed = [(row[1].value, row[2].value, row[5].value, row[2].hyperlink and row[2].hyperlink.location) for row in rows[top + 1 :]]
    assert listed == [
        ("Must fix", "It's a roster!B2", "PK901", "'It''s a roster'!B2"),
        ("Must fix", "users.csv", "PK901", None),
        ("Should check", "It's a roster!B3", "PK903", "'It''s a roster'!B3"),
    ]
    assert sheet["A1"].value == "r.xlsx: 2 errors, 1 warning: not fit to be sent as it is."


def test_a_row_is_marked_at_its_first_filled_cell_and_several_faults_share_a_comment(source):
    book = opened(annotated(source, "r.xlsx", view(at("3"), at("B3", "x"), at("B3", "y", broken=value_changed))))
    text = book["It's a roster"]["B3"].comment.text
    assert text.count("PK901") == 2
    assert text.count("PK903") == 1
    assert book["It's a roster"]["A3"].comment is None


def test_the_users_own_comment_stays_and_annotating_again_starts_anew(source):
    once = annotated(source, "r.xlsx", view(at("A2", "ana"), at("B2")))
    assert opened(once)["It's a roster"]["A2"].comment.text.startswith("Called on Monday.\n\nprovkit: Must fix")
    again = opened(annotated(once, "r.xlsx", view()))
    sheet = again["It's a roster"]
    assert sheet["A2"].comment.text == "Called on Monday."
    assert sheet["B2"].comment is None
    assert [str(ranges.sqref) for ranges in sheet.conditional_formatting] == ["B2:B9"]
    assert again.sheetnames.count("To fix") == 1


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "+1", "-1", "@x"])
def test_no_text_becomes_a_formula(source, value):
    @rule("PK902", Consequence.REJECTED, "{value}")
    def bare():
        """Bare."""

    book = opened(annotated(source, "r.xlsx", view(at("B2", value, broken=bare))))
    (cell,) = [cell for row in book["To fix"].iter_rows() for cell in row if cell.value == value]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_what_a_workbook_cannot_hold_is_replaced_and_what_is_too_long_is_cut(source):
    book = opened(annotated(source, "r.xlsx", view(at("B2", "a\x00\x07\ud800b" + "c" * 5000))))
    assert len(book["It's a roster"]["B2"].comment.text) <= 2000


def test_values_are_masked_when_asked(source):
    book = opened(annotated(source, "r.xlsx", view(at("B2", "bo@example.org")), show_values=False))
    assert "bo@" not in book["It's a roster"]["B2"].comment.text


def test_places_elsewhere_and_on_merged_cells_do_no_harm(source):
    book = opened(source)
    book["Other"].merge_cells("B2:D4")
    found = view(at("C3", sheet="Other"), at("B2", sheet="gone"), at("B2", file="else.csv", sheet=None), at(None))
    result = opened(annotated(saved(book), "r.xlsx", found))
    assert sum(bool(row[5].value) for row in result["To fix"].iter_rows(min_row=4)) == 5


def test_what_is_not_listed_is_counted(source):
    book = opened(annotated(source, "r.xlsx", view(*(at(f"B{row}") for row in range(2, 12)), listed=3)))
    assert book["To fix"]["A3"].value == "7 further errors of the same kinds not listed here."


def test_what_cannot_be_kept_is_said(source):
    assert lost(source) == ()
    book = opened(source)
    chart = BarChart()
    chart.add_data(Reference(book["Other"], min_col=1, min_row=1, max_row=1))
    book["Other"].add_chart(chart)
    content = saved(book)
    assert any("charts" in what for what in lost(content))
    assert "charts" in opened(annotated(content, "r.xlsx", view()))["To fix"]["A3"].value


def test_macros_are_kept(source):
    buffer = io.BytesIO(source)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with zipfile.ZipFile(io.BytesIO(annotated(buffer.getvalue(), "r.xlsm", view(at("B2", file="r.xlsm"))))) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macro"
        assert b"macroEnabled" in archive.read("[Content_Types].xml")


@pytest.mark.parametrize("content", [b"no zip", b"PK\x03\x04 damaged"])
def test_what_cannot_be_read_is_refused_in_words(content):
    with pytest.raises(SourceError, match=r"r\.xlsx"):
        annotated(content, "r.xlsx", view())


def test_a_workbook_that_is_too_large_is_refused(source, monkeypatch):
    monkeypatch.setattr(made, "MAX_CELLS", 3)
    with pytest.raises(SourceError, match="too much to annotate"):
        annotated(source, "r.xlsx", view())


def test_only_an_annotated_copy_is_known_as_one(source):
    assert not is_annotated(source)
    assert not is_annotated(b"text")
    assert is_annotated(annotated(source, "r.xlsx", view()))


def test_a_spreadsheet_program_opens_it(source, tmp_path, libreoffice):
    path = tmp_path / "marked.xlsx"
    path.write_bytes(annotated(source, "r.xlsx", view(at("B2"))))
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [libreoffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "csv", "--outdir", tmp_path, path],
        check=True,
        capture_output=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert "Must fix,It's a roster!B2,'enrolled' is not a status,Write active.,PK901" in (tmp_path / "marked.csv").read_text(
        "utf-8"
    )
