"""What a build says of its changes: in short for the terminal, every one of them in a file."""

import csv
import io
import json

import numpy as np
import pytest

from provkit.authoring import ChangeKind, Changes
from provkit.authoring.changes import Group
from provkit.report.changes import render_csv, render_json, render_summary


def group(kind, numbers, codes, before, after, *, column=1):
    return Group(kind, "r.xlsx", "Users", column, "login_id", np.array(numbers), np.array(codes), before, after)


def test_like_changes_are_said_once_the_most_frequent_first():
    words = group(ChangeKind.WORD, [2, 3, 4, 5], [1, 0, 1, 1], ["no", "yes"], ["false", "true"])
    more = group(ChangeKind.WORD, [9], [0], ["no"], ["false"], column=4)
    (line,) = render_summary(Changes((words, more)))
    assert line == (
        "Words written as the server knows them (5): 'yes' became 'true' (3 times, first Users!B2); "
        "'no' became 'false' (2 times, first Users!B3)"
    )


def test_beyond_a_few_the_rest_is_counted():
    dates = group(ChangeKind.DATE, range(2, 9), range(7), [f"8/{day}/26" for day in range(7)], ["x"] * 7)
    (line,) = render_summary(Changes((dates,)))
    assert line.startswith("Dates written in UTC (7): '8/0/26' became 'x' (Users!B2); ")
    assert line.endswith("; and 3 others")


def test_omissions_show_what_was_left_out():
    aside = group(ChangeKind.ROW_SET_ASIDE, [7], [0], ["Total | 12"], [""], column=None)
    merged = group(ChangeKind.MERGED, [8, 9], [0, 0], [""], [""], column=None)
    assert list(render_summary(Changes((aside, merged)))) == [
        "Rows left out (1): 'Total | 12' (Users!7)",
        "Rows that say again what another row says (2): 2 times, first Users!8",
    ]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_change_becomes_a_formula_in_a_spreadsheet(value):
    text = render_csv(Changes((group(ChangeKind.TRIMMED, [2], [0], [value], ["plain, text"]),)))
    assert text.startswith("\ufeff")
    header, row = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert header == ["file", "sheet", "cell", "column", "kind", "before", "after"]
    assert row == ["r.xlsx", "Users", "B2", "login_id", "trimmed", f"'{value}", "plain, text"]


def test_every_change_is_a_record_with_its_place_as_json_too():
    trimmed = group(ChangeKind.TRIMMED, [2, 5], [0, 0], [" =1"], ["=1"])
    aside = group(ChangeKind.ROW_SET_ASIDE, [7], [0], ["Total"], [""], column=None)
    document = json.loads(render_json(Changes((trimmed, aside))))
    assert document["format"] == 1
    assert document["changes"] == [
        {"file": "r.xlsx", "sheet": "Users", "cell": cell, "column": "login_id", "kind": kind, "before": before, "after": after}
        for cell, kind, before, after in (
            ("B2", "trimmed", " =1", "=1"),
            ("B5", "trimmed", " =1", "=1"),
            ("7", "row-set-aside", "Total", ""),
        )
    ]
