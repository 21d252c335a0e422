"""Real files that are no upload of ours: each gets a refusal that helps or a reading that is of use, never a traceback."""

import pytest

from provkit.errors import ProvkitError
from provkit.report import View, render_csv, render_html, render_json, render_jsonl, render_markdown, render_text
from provkit.workflows.build import prepare
from provkit.workflows.validate import judge


def samples(shared):
    found = sorted(path for path in (shared / "samples").rglob("*") if path.is_file() and path.name != "SOURCES.md")
    folders = sorted({path.parent for path in found})
    return [*found, *folders]


@pytest.fixture(params=["validate", "build"])
def verb(request):
    return {"validate": lambda path: judge(path, listed=50), "build": lambda path: prepare(path, hold_back=True, listed=50)}[
        request.param
    ]


def test_every_sample_is_refused_in_words_or_read_and_every_report_of_it_can_be_made(shared, verb):
    silent = []
    paths = samples(shared)
    for path in paths:
        try:
            found = verb(path)
        except ProvkitError as error:
            # A refusal names the file (or one in the folder), and says what to do.
            names = [path.name, *(inside.name for inside in path.rglob("*"))]
            if not (any(name in error.message for name in names) and error.remedy):
                silent.append((str(path), str(error)))
            continue
        report = found.report
        if not report.counts and report.rows is None:
            silent.append((str(path), "nothing said"))
        for finding in report.findings:
            assert finding.message
        view = View(report, path.name)
        for render in (render_text, render_html, render_markdown):
            assert render(view)
        for render in (render_json, render_jsonl, render_csv):
            assert render(report)
    assert silent == []
    assert len(paths) > 90
