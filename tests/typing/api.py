"""Pins the public types; type-checked, never run."""

from typing import assert_type

import provkit

report = provkit.validate("out")
assert_type(report, provkit.Report)
assert_type(report.ok, bool)
assert_type(report.findings, tuple[provkit.Finding, ...])
assert_type(report.to_dict(show_values=False), dict[str, object])
finding = report.findings[0]
assert_type(finding.code, str)
assert_type(finding.message, str)
assert_type(finding.file, str | None)
assert_type(finding.line, int | None)
package = provkit.Package.read("out")
assert_type(package, provkit.Package)
assert_type(provkit.validate(package), provkit.Report)
provkit.Package.from_files({"users.csv": b""})
provkit.Package.from_files([("users.csv", b""), ("users.csv", b"")])
