"""The page: what it says, that nothing in it is live but its own script, and how it behaves in a real browser."""

import base64
import hashlib
import html
import itertools
import re

import pytest

from provkit.checks.people import Mailing
from provkit.package import Package
from provkit.receiver import receive
from provkit.report import View, render_html
from provkit.report.outlook import fates, outlook
from provkit.report.view import Paragraph
from provkit.rules import Collector, Consequence, Finding, Origin, Report, RowAccount, Severity, Silenced, rule

HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}</style>\u202e<img src=x onerror=alert(1)>"


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


@rule("PK904", Consequence.NOTED, "All is well")
def all_well():
    """All is well.

    What happens: nothing.
    """


def at(row, value="enrolled", sheet="Roster", broken=status_unknown):
    return Finding(broken, None, None, "status", value, Origin("roster.xlsx", sheet, f"B{row}"))


def view(*findings, listed=1000, **arguments):
    collector = Collector(listed)
    collector.extend(findings)
    return View(collector.report(arguments.pop("rows", None)), arguments.pop("subject", "roster.xlsx"), **arguments)


MANY = view(
    *(at(row, f"word{row}", "Roster" if row % 2 else "Guests") for row in range(2, 1202)),
    *(at(row, "late", broken=value_changed) for row in range(2, 7)),
    Finding(all_well),
    rows=RowAccount(1300, 90, 5, 3, 1202, {"users.csv": 90}),
    mailing=Mailing(accepted=True, guests=2, first_guests=("ana@example.org", "bo@example.org"), files=("users.csv",)),
    written=Paragraph("Nothing was written", ("Mend what must be fixed.",)),
    read=("roster.xlsx was read as a workbook.",),
    changed=("Blanks taken away (1).",),
)


def text_of(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<body>")[2].partition("<script>")[0])))


def test_each_cause_is_explained_once_and_each_finding_has_a_row():
    page = render_html(view(*(at(row) for row in range(2, 30))))
    assert page.count("The row is not imported.") == 1
    assert page.count("Write active.") == 1
    assert page.count('<tr role="row" class="error">') == 28
    assert "Roster!B2, B3, B4, B5, B6, B7 and 22 more" in page


def test_counts_are_exact_and_what_is_not_listed_is_said():
    page = text_of(render_html(view(*(at(row, str(row)) for row in range(2, 1002)), listed=7)))
    assert "1,000 errors" in page
    assert "And 995 more. Show the first 7 in the table" in page
    assert "993 further findings are counted above but not listed here" in page


def test_the_row_account_the_outlook_and_the_mail_are_on_the_page():
    page = text_of(render_html(MANY))
    assert "Read Used Merged Set aside Held back 1,300 90 5 3 1,202" in page
    assert "1,200 faults keep what they are in from being imported" in page
    assert "ana@example.org, bo@example.org" in page
    assert page.index("1,300") < page.index("Must fix 1,200 errors") < page.index("Place by place")


def test_values_are_shown_unless_masked_and_then_nothing_personal_is_left():
    found = view(at(2, "ana@example.org"), changed=("'Ana' became 'ANA'",))
    assert "ana@example.org" in text_of(render_html(found))
    masked = render_html(found, show_values=False)
    assert "ana@" not in masked
    assert "became" not in masked
    assert "personal data" not in masked


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else():
    page = render_html(MANY)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    digests = {
        name: base64.b64encode(hashlib.sha256(re.search(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)[1].encode()).digest()).decode()
        for name in ("style", "script")
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"""\s(?:src|style|on\w+)=|https?:|<(?:link|img|iframe|object)\b|url\(|@import""", page)


def test_the_same_view_gives_the_same_page():
    assert render_html(MANY) == render_html(MANY)


def test_a_clean_upload_says_so():
    page = text_of(render_html(view()))
    assert "No errors and no warnings: fit to be sent." in page
    assert "Everything is taken and arrives." in page
    assert "Place by place" not in page


def test_the_outlook_speaks_of_one_and_of_many_and_of_what_remains():
    assert list(outlook(view(at(2)).report)) == [
        "1 fault keeps what it is in from being imported; a mail says so hours later, without a row number."
    ]
    assert list(outlook(view(at(2, broken=value_changed), at(3, broken=value_changed)).report)) == [
        "2 things arrive otherwise than written.",
        "Everything else is taken and arrives.",
    ]
    assert list(outlook(Report())) == ["Everything is taken and arrives."]


def test_what_is_silenced_happens_all_the_same():
    loud = Report((), {}, silenced=(Silenced("--ignore", {status_unknown: 3}),))
    assert list(outlook(loud)) == [
        "3 faults keep what they are in from being imported; a mail says so hours later, without row numbers."
    ]
    page = render_html(View(loud, "roster.xlsx"))
    assert "Everything is taken" not in page
    assert "3 errors are silenced: not fit to be sent as it is." in page
    assert 'class="verdict bad"' in page


def test_an_error_that_somebody_calls_a_note_happens_all_the_same():
    spoken = status_unknown.spoken(Severity.INFO)
    lowered = Report((), {spoken: 2})
    assert "Everything is taken and arrives." not in list(outlook(lowered))
    page = render_html(View(lowered, "roster.xlsx"))
    assert "2 notes; 2 errors are lowered: not fit to be sent as it is." in page
    assert 'class="verdict bad"' in page


def test_what_the_service_does_with_each_file_is_counted():
    users = b"user_id,login_id,first_name,last_name,email,status\n" + b"".join(
        b"%s,%s,A,B,%s,active\n" % ((address,) * 3) for address in (b"ana@example.org", b"bo@example", b"cy@example.org")
    )
    enrollments = (
        b"course_id,user_id,role,section_id,status,limit_section_privileges\nC-1,12,student\nC-1,13,student,,active,false\n"
    )
    made = fates(receive(Package.from_files({"users.csv": users, "enrollments.csv": enrollments})))
    assert made.columns == ("Go on", "Reported, not sent", "Vanish")
    assert made.rows == (("users.csv", 3, (2, 1, 0)), ("enrollments.csv", 2, (1, 0, 1)))
    assert fates(receive(Package.from_files({"users.csv": b"nonsense"}))) is None


# In a browser


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a view's page; complaints of the browser fail the test."""

    def show(found, **window):
        browser.view(**window)
        path = tmp_path / "report.html"
        path.write_text(render_html(found), encoding="utf-8")
        browser.open(path)
        return browser

    yield show
    complaints = [event["params"] for event in browser.events if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")]
    assert complaints == []
    asked_for = [event["params"]["request"]["url"] for event in browser.events if event["method"] == "Network.requestWillBeSent"]
    assert all(url.startswith("file:") and url.endswith("report.html") for url in asked_for)


def visible(page):
    return page.run("[...document.querySelectorAll('table.places tbody tr')].filter(r => r.offsetParent).length")


def fill(page, field, value):
    page.run(
        f"{{const f = document.getElementById('{field}'); f.value = {value!r}; f.dispatchEvent(new Event('input', {{bubbles: true}}))}}"
    )


def test_the_table_filters_by_words_kind_sheet_and_cause(opened):
    page = opened(MANY)
    assert visible(page) == 250
    assert page.run("shown.textContent") == "Showing 250 of 1,006 findings."
    fill(page, "words", "GUESTS word12")
    assert (visible(page), page.run("shown.textContent")) == (6, "Showing 6 of 6 that fit, of 1,006 findings.")
    fill(page, "words", "")
    fill(page, "kind", "warning")
    assert visible(page) == 5
    fill(page, "where", "Guests")
    assert (visible(page), page.run("shown.textContent")) == (0, "Nothing fits. Show everything, or look for something else.")
    page.run("document.querySelector('button[type=reset]').click(); new Promise(done => setTimeout(done, 50))")
    assert visible(page) == 250
    page.run("further.click()")
    assert visible(page) == 1006
    assert page.run("rest.hidden")


def test_a_link_below_a_cause_shows_its_rows_in_the_table(opened):
    page = opened(MANY)
    page.run("document.querySelector('#PK901 a[data-show]').click(); new Promise(done => setTimeout(done, 50))")
    assert page.run("cause.value") == "PK901"
    assert page.run("shown.textContent") == "Showing 250 of 1,000 that fit, of 1,006 findings."
    assert page.run("document.activeElement.id") == "table"


def test_everything_can_be_reached_by_keyboard_and_the_focus_is_seen(opened):
    page = opened(view(at(2), at(3, broken=value_changed)))
    reached = []
    for _ in range(14):
        page.press("Tab")
        reached.append(page.run("(e => e.id || e.textContent.trim() || e.type)(document.activeElement)"))
        assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid", reached
        if reached[-1] == "PK903":
            break
    assert reached == [
        "Skip to what was found",
        "1 must fix",
        "1 should check",
        "words",
        "kind",
        "where",
        "cause",
        "Show everything",
        "PK901",
        "PK903",
    ]


NAMELESS = """
[...document.querySelectorAll('a, button, input, select, [role=region], form, table')].filter(e => !(
  e.textContent.trim() || e.ariaLabel || e.labels?.length || e.querySelector('caption')
)).map(e => e.outerHTML)
"""
LEVELS = "[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])"
DANGLING = (
    "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.hash)"
)
DOUBLED = "(ids => ids.filter((id, i) => ids.indexOf(id) !== i))([...document.querySelectorAll('[id]')].map(e => e.id))"


def test_a_screen_reader_finds_language_landmarks_headings_names_and_cells(opened):
    page = opened(MANY)
    assert page.run("document.documentElement.lang") == "en"
    assert page.run("['header', 'main', 'footer'].map(t => document.querySelectorAll('body > ' + t).length)") == [1, 1, 1]
    levels = page.run(LEVELS)
    assert levels[0] == 1
    assert all(level <= before + 1 for before, level in itertools.pairwise(levels))
    assert levels.count(1) == 1
    assert page.run(NAMELESS) == []
    assert page.run(DANGLING) == []
    assert page.run(DOUBLED) == []
    assert page.run("shown.tagName") == "OUTPUT"
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree", depth=-1)["nodes"]
    roles = {node["role"]["value"] for node in nodes if "role" in node and not node["ignored"]}
    assert {"banner", "main", "contentinfo", "search", "searchbox", "combobox", "table", "columnheader", "row", "cell"} <= roles


def test_the_table_stays_a_table_to_a_screen_reader_on_a_phone(opened):
    page = opened(view(at(2)), width=400)
    page.call("Accessibility.enable")
    roles = [node["role"]["value"] for node in page.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    assert roles.count("row") == 2
    assert roles.count("columnheader") == 5


CONTRAST = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = text => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ['SCRIPT', 'OPTION'].includes(e.tagName) || !e.getClientRects().length) continue;
    const [a, b] = [light(rgba(getComputedStyle(e).color)), light(behind(e) ?? [255, 255, 255])];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push([e.tagName, e.className, ratio]);
  }
  return poor;
})()
"""


@pytest.mark.parametrize("window", [{}, {"dark": True}, {"width": 400, "dark": True}, {"media": "print"}], ids=str)
def test_text_stands_out_from_what_is_behind_it(opened, window):
    page = opened(MANY, **window)
    assert page.run("getComputedStyle(document.body).backgroundColor") == (
        "rgb(20, 23, 26)" if window.get("dark") else "rgb(255, 255, 255)"
    )
    assert page.run(CONTRAST) == []


@pytest.mark.parametrize("width", [400, 320, 1100])
def test_nothing_is_cut_off_at_any_width(opened, width):
    page = opened(view(at(2, "x" * 300), Finding(all_well, "a-file-with-a-very-long-name" * 5 + ".csv", 2, "status")), width=width)
    assert page.run("document.documentElement.scrollWidth") <= width


def test_hostile_values_and_names_are_shown_as_they_are_and_nothing_runs(opened):
    found = view(
        at(2, HOSTILE, HOSTILE),
        Finding(all_well, HOSTILE),
        subject=HOSTILE,
        read=(HOSTILE,),
        written=Paragraph(HOSTILE, (HOSTILE,)),
    )
    page = opened(found)
    assert page.run("document.querySelector('h1').textContent") == HOSTILE
    assert page.run("document.querySelectorAll('img, body script').length") == 0
    fill(page, "where", HOSTILE)
    assert page.run("where.value") == HOSTILE
    assert visible(page) == 2


def test_the_policy_stops_what_is_not_the_pages_own(browser, tmp_path):
    path = tmp_path / "tampered.html"
    path.write_text(render_html(view()).replace("</body>", "<script>document.title = 'changed'</script></body>"), encoding="utf-8")
    browser.open(path)
    assert browser.run("document.title") == "roster.xlsx: No errors and no warnings: fit to be sent."


def test_without_its_script_every_row_is_there(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(re.sub(r"<script>.*</script>", "", render_html(MANY), flags=re.DOTALL), encoding="utf-8")
    browser.view()
    browser.open(path)
    assert visible(browser) == 1006
    assert browser.run("document.getElementById('filter').offsetParent") is None


def test_it_prints_without_what_only_a_screen_needs(opened):
    page = opened(MANY, media="print")
    assert page.run("[...document.querySelectorAll('form, .skip, .tally, .more a')].filter(e => e.offsetParent).length") == 0
    assert page.run("getComputedStyle(document.querySelector('article')).breakInside") == "avoid"
    assert page.pdf().startswith(b"%PDF-")
