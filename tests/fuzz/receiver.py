"""Coverage-guided fuzzing of the receiver's readers (needs atheris, which is not among the test dependencies).

usage: python tests/fuzz/receiver.py dialect|archive|properties|receive [libFuzzer options, such as -max_total_time=1200 CORPUS]
"""

import sys

import atheris

with atheris.instrument_imports(include=["provkit"]):
    from provkit import properties
    from provkit.package import Package
    from provkit.receiver import receive
    from provkit.receiver.archive import unzip
    from provkit.receiver.dialect import UnterminatedQuote, parse, split_lines
    from provkit.receiver.java import decode_utf8
    from provkit.receiver.records import read


def dialect(content):
    """Both readers are the same reader."""
    try:
        exact = [(fields, start + 1) for fields, start, _ in parse(split_lines(decode_utf8(content)))]
    except UnterminatedQuote as error:
        exact = error.line
    try:
        records = read(content)
        fast = [(records.fields(index), records.line(index)) for index in range(len(records))]
    except UnterminatedQuote as error:
        fast = error.line
    assert fast == exact, content


def archive(content):
    """Reading an archive returns, whatever it is, and stays within its limit."""
    unzipped = unzip(content, limit=1 << 20)
    assert sum(len(entry.content) for entry in unzipped.entries) <= 1 << 20


def message(content):
    """Reading a message returns or says where its escape is malformed, and what was read is read again from what is written."""
    try:
        read_message = properties.read(content)
    except properties.MalformedEscape:
        return
    if read_message.valid:
        written = properties.write(read_message.sender, read_message.subject, read_message.body)
        again = properties.read(written)
        assert (again.sender, again.subject, again.body) == (read_message.sender, read_message.subject, read_message.body), content


def upload(content):
    """Whatever comes in at either door is received."""
    reception = receive(Package.from_zip(content))
    assert reception.answer is not None
    name = "message.properties" if content[:1] == b"m" else "users.csv"
    receive(
        Package.from_files([(name, content), ("users.csv", b"user_id,login_id,first_name,last_name,email,status\n")]), notify=True
    )


TARGETS = {"dialect": dialect, "archive": archive, "properties": message, "receive": upload}

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
