"""Id templates: Jinja2 in its sandbox, strict about names, over the fields of one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from provkit.errors import ConfigError

__all__ = ["IdTemplate", "compile_template"]

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


@dataclass(frozen=True, eq=False)
class IdTemplate:
    """A compiled template.

    Attributes:
        source: Its text.
        names: The fields it reads.
    """

    source: str
    names: frozenset[str]
    _template: Template

    def render(self, fields: Mapping[str, str]) -> str:
        """The id of one row, trimmed.

        Args:
            fields: The row's values by field.

        Raises:
            ConfigError: It reads a field that the sheet has not, or fails.
        """
        try:
            return self._template.render(fields).strip()
        except UndefinedError as error:
            raise ConfigError(
                f"The template {self.source!r} cannot be filled in: {error.message}.",
                remedy=f"Fields of this sheet: {', '.join(sorted(fields))}.",
            ) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ConfigError(f"The template {self.source!r} cannot be filled in: {error}.") from None


def compile_template(source: str) -> IdTemplate:
    """Compile a template once.

    Args:
        source: Its text, such as "NC-{{ course_short_name }}".

    Raises:
        ValueError: It is no template.
    """
    try:
        names = frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(source)))
        return IdTemplate(source, names, _ENVIRONMENT.from_string(source))
    except TemplateSyntaxError as error:
        raise ValueError(f"{source!r} is no template: {error.message}") from None
