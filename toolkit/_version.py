"""The one place where the version is written; the build reads it from here without importing anything else."""

VERSION = "0.1.0"
