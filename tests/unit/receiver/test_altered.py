import numpy as np
import pytest

from provkit.package import Package
from provkit.receiver import receive
from provkit.receiver.altered import altered

USERS = "user_id,login_id,first_name,last_name,email,status"
A = "a@example.org"


def rows(text):
    return np.flatnonzero(altered(receive(Package.from_files({"f.csv": text.encode()})).files[0].judged)).tolist()


@pytest.mark.parametrize(
    ("row", "changed"),
    [
        (f"x,{A},B,C,{A},active", False),
        (f"{A},{A},B,C,,ACTIVE", False),
        (f"{A},{A},B,C,{A},deleted", True),
        (f"{A},{A},B,C,other@example.org,active", True),
        (f"{A},{A},B\ufffd,C,{A},active", True),
        (f"{A},{A},B,C,{A},active,e", True),
        (f"x,jdoe,B,C,{A},deleted", False),
    ],
)
def test_users_whose_values_do_not_arrive(row, changed):
    assert rows(f"{USERS}\n{row}\n") == ([1] if changed else [])


@pytest.mark.parametrize(("service", "changed"), [("", False), ("C", False), ("e", False), ("expand", True)])
def test_a_service_that_the_server_does_not_know(service, changed):
    assert rows(f"{USERS},service\n{A},{A},B,C,{A},active,{service}\n") == ([1] if changed else [])


@pytest.mark.parametrize(("value", "changed"), [("", False), ("FALSE", False), ("no", True), (" true", True)])
def test_a_truth_value_that_is_none(value, changed):
    assert rows(f"course_id,user_id,role,section_id,status,limit_section_privileges\nC,1,ta,S,active,{value}\n") == [1] * changed
    assert rows(f"user_id,listing_id,send_email\njdoe,1,{value}\n") == [1] * changed
