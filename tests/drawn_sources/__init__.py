"""Hypothesis strategies that draw a source of every kind that provkit reads, as people have them, and say what must come of it.

`KINDS` is the table: the name of a kind to a strategy of `Source`.
"""

from collections.abc import Mapping

from hypothesis import strategies as st

from drawn_sources.extracts import banner, gradebook, peoplesoft, workday
from drawn_sources.registrations import cvent, eventbrite, google_forms, microsoft_forms, qualtrics, registrations, salesforce, zoom
from drawn_sources.rosters import flat, package, per_kind, wide
from drawn_sources.sets import canvas, clever, oneroster, school_data_sync
from drawn_sources.source import Member, Source, User
from drawn_sources.written import ONE_TABLE

__all__ = ["KINDS", "Member", "Source", "User"]

KINDS: Mapping[str, st.SearchStrategy[Source]] = {
    "a flat roster as text": flat(ONE_TABLE[:5]),
    "a flat roster in a workbook": flat(("xlsx", "ods")),
    "a flat roster in an old workbook": flat(("xls", "xlsb")),
    "a flat roster as parquet": flat(("parquet",)),
    "a sheet or file for each kind": per_kind(),
    "a wide roster": wide(),
    "Google Forms": registrations(google_forms),
    "Microsoft Forms": registrations(microsoft_forms),
    "Qualtrics": registrations(qualtrics, ("csv", "csv with a byte order mark", "UTF-16")),
    "Eventbrite": registrations(eventbrite),
    "Zoom": registrations(zoom),
    "Cvent": registrations(cvent),
    "Salesforce": registrations(salesforce),
    "Banner": banner(),
    "Workday": workday(),
    "a PeopleSoft query": peoplesoft(("csv", "UTF-16", "xlsx")),
    "a PeopleSoft query as a web page": peoplesoft(("web page",)),
    "Canvas SIS import": canvas("SIS import"),
    "Canvas SIS Export": canvas("SIS export"),
    "Canvas Provisioning report": canvas("provisioning"),
    "a Canvas gradebook": gradebook(),
    "OneRoster 1.1 bulk": oneroster("1.1", "bulk"),
    "OneRoster 1.1 delta": oneroster("1.1", "delta"),
    "OneRoster 1.2 bulk": oneroster("1.2", "bulk"),
    "OneRoster 1.2 delta": oneroster("1.2", "delta"),
    "School Data Sync v1": school_data_sync("v1"),
    "School Data Sync v2": school_data_sync("v2"),
    "School Data Sync v2.1": school_data_sync("v2.1"),
    "Clever": clever(),
    "a package": package(),
}
"""Every kind of source."""
