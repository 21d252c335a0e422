"""Jinja2 templates that come with provkit; read through `importlib.resources`."""
