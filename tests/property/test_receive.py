"""For any bytes the receiver returns; what it says of rows adds up."""

import zipfile
from io import BytesIO

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.package import Package
from provkit.receiver import Fate, Known, receive
from provkit.receiver.mail import rejections
from provkit.report.simulation import account, render_json, render_text
from provkit.schemas.layouts import BY_HEADER

HEADERS = sorted(BY_HEADER)
CELLS = st.sampled_from(
    [
        "",
        "a@example.org",
        "jdoe",
        "12",
        "teacher",
        "true",
        "no",
        "e",
        "active",
        "C1",
        "S1",
        'x"y',
        '"q,r"',
        '"a\nb"',
        "\\",
        "\ufffd",
        "é",
    ]
)
ROWS = st.lists(CELLS, max_size=9).map(",".join)


@st.composite
def csv(draw):
    header = draw(st.sampled_from(HEADERS))
    if draw(st.integers(0, 9)) == 0:
        header = f'"{header}"'
    rows = draw(st.lists(st.one_of(ROWS, st.sampled_from(HEADERS)), max_size=12))
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join([header, *rows]).encode()


NAMES = st.sampled_from(["users.csv", "a.csv", "message.properties", "MESSAGE.properties", "", None, "x\ud800", "a/b.csv"])
CONTENTS = st.one_of(csv(), csv(), st.binary(max_size=200), st.just(b"sender=a@example.org\nsubject=s\nbody=b\n"))
KNOWN = st.sampled_from(
    [None, Known(users=("jdoe",), official_classes=("C1",), accounts=("true",), senders=(), sections={"S1": "C1"})]
)


def told(reception):
    """Everything that can be asked of a reception."""
    render_text(reception)
    render_json(reception, show_values=True)
    run = reception.processing
    for file in reception.files:
        counted = account(file)
        if counted is not None:
            assert counted.rows == len(file.records) - np.count_nonzero(file.fates == Fate.HEADER)
            assert len(rejections(file.judged)) == file.judged.count(Fate.REJECTED)
    if run is not None:
        assert (run.thrown is None) or not (run.results or run.expand_calls)
        for one in run.canvas_zip:
            assert one.content.endswith(b'"\n')


@given(st.lists(st.tuples(NAMES, CONTENTS), max_size=4), st.booleans(), st.sampled_from(["files", "app"]), KNOWN)
@settings(max_examples=250, deadline=None)
def test_any_files_are_received(files, notify, door, known):
    told(receive(Package.from_files(files, door=door), notify=notify, known=known))


@given(
    st.lists(st.tuples(NAMES.filter(lambda name: name and name.isascii()), csv()), max_size=3), st.booleans(), st.binary(max_size=8)
)
@settings(max_examples=80, deadline=None)
def test_any_archive_is_received(files, notify, noise):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files):
            archive.writestr(f"{number}/{name}", content)
    content = target.getvalue()
    told(receive(Package.from_zip(content), notify=notify))
    middle = len(content) // 2
    told(receive(Package.from_zip(content[:middle] + noise + content[middle + len(noise) :]), notify=notify))


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_at_the_zip_endpoint_are_received(content):
    told(receive(Package.from_zip(content)))
