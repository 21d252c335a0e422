"""Between this computer and the service: environments, credentials, the login, the upload, and what its answers mean."""

from __future__ import annotations

from provkit.delivery.aftermath import next_steps
from provkit.delivery.answers import Outcome, recognise
from provkit.delivery.client import Upload, UploadFile, post
from provkit.delivery.credentials import Credentials, Missing, authorise_hosts, find
from provkit.delivery.environments import ENVIRONMENTS, Environment, EnvironmentSettings, environment
from provkit.delivery.oauth import Login, Token

__all__ = [
    "ENVIRONMENTS",
    "Credentials",
    "Environment",
    "EnvironmentSettings",
    "Login",
    "Missing",
    "Outcome",
    "Token",
    "Upload",
    "UploadFile",
    "authorise_hosts",
    "environment",
    "find",
    "next_steps",
    "post",
    "recognise",
]
