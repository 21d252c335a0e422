"""How the process begins and ends, whatever is asked of it."""

import subprocess
import sys

import pytest

LISTENING = (
    "import atexit, sys\n"
    "import provkit.__main__ as command\n"
    "import provkit.cli as line\n"
    "asked = line.main\n"
    "def main():\n"
    "    atexit.register(print, 'the last words')\n"
    "    asked()\n"
    "line.main = main\n"
    "sys.argv = ['provkit', *sys.argv[1:]]\n"
    "command.main()\n"
)


@pytest.mark.parametrize(("arguments", "code"), [(("rules",), 0), (("explain", "PK999"), 2), (("no-such-command",), 2)])
def test_what_is_registered_for_the_end_is_done_and_all_is_written(arguments, code):
    """The process is ended at once, before Python frees everything; what others want done before is done."""
    done = subprocess.run([sys.executable, "-c", LISTENING, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stdout.endswith("the last words\n")
    plain = subprocess.run([sys.executable, "-m", "provkit", *arguments], capture_output=True, text=True, check=False)
    assert plain.returncode == code
    assert done.stdout == plain.stdout + "the last words\n"


def test_a_reader_that_is_gone_is_no_crash():
    process = subprocess.Popen(
        [sys.executable, "-m", "provkit", "rules", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in said
