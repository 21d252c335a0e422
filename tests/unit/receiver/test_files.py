"""How the files of an upload are read, one beside the other."""

import subprocess
import sys

READING = (
    "import sys\n"
    "from provkit.receiver.files import read_files\n"
    "users = 'user_id,login_id,first_name,last_name,email,status\\n'\n"
    "users += ''.join(f'g{n}@example.org,g{n}@example.org,Ana,N{n},g{n}@example.org,active\\n' for n in range(25_000))\n"
    "enrolled = 'course_id,user_id,role,section_id,status\\n'\n"
    "enrolled += ''.join(f'C-1,g{n}@example.org,student,,active\\n' for n in range(5, 25_005))\n"
    "parts = [('users.csv', users.encode(), None), ('enrollments.csv', (enrolled + 'C-1,g1\\n').encode(), None)]\n"
    "read = read_files(parts)\n"
    "assert [len(file.records) for file in read] == [25_001, 25_002]\n"
    "assert read[1].records.fields(25_001) == ['C-1', 'g1']\n"
    "print('pandas' in sys.modules)\n"
)


def test_large_files_are_read_without_pandas():
    """While files are read another thread loads pandas, for which nothing that reads may have to wait."""
    done = subprocess.run([sys.executable, "-c", READING], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
