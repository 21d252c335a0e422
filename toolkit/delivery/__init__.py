"""Between this computer and the service: environments, credentials, the login, the upload, and what its answers mean."""

from __future__ import annotations

from provkit.delivery.aftermath import next_steps
from provkit.delivery.answers import Outcome, recognise
from provkit.delivery.client import Upload, UploadFile, post
from provkit.delivery.credentials import Credentials, Missing, authorise_hosts, find
from provkit.delivery.environments import ENVIRONMENTS, Environment, EnvironmentSettings, environment
from provkit.delivery.history import Attempt, History, Kept
from provkit.delivery.ledger import Feed, Send, SentFile, digest_of
from provkit.delivery.oauth import Login, Token
from provkit.delivery.settings import DeliverySettings

__all__ = [
    "ENVIRONMENTS",
    "Attempt",
    "Credentials",
    "DeliverySettings",
    "Environment",
    "EnvironmentSettings",
    "Feed",
    "History",
    "Kept",
    "Login",
    "Missing",
    "Outcome",
    "Send",
    "SentFile",
    "Token",
    "Upload",
    "UploadFile",
    "authorise_hosts",
    "digest_of",
    "environment",
    "find",
    "next_steps",
    "post",
    "recognise",
]
