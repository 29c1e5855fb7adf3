"""The kinds of failure gridgeo tells its users about; none of them knows HTTP or exit codes.

A message is an English template with named fields. The edges translate the template through `gridgeo.i18n` and fill
in the fields, so one ``raise`` serves both languages.
"""

from __future__ import annotations


class GridgeoError(Exception):
    """A failure with a message meant for the user.

    template: English text with ``{name}`` fields; it is also the key of its translation.
    values: what fills the fields.
    """

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values) if values else template)


class InvalidInputError(GridgeoError):
    """The input is wrong; nothing was changed."""


class InfeasibleError(GridgeoError):
    """What was asked for cannot be done; the best violating answer is named in the message."""


class ConflictError(GridgeoError):
    """Somebody else changed the same thing first."""


class NotFoundError(GridgeoError):
    """The thing does not exist, or this actor may not know that it does."""


class NotAllowedError(GridgeoError):
    """The actor may see this, but not do that."""


class BusyError(GridgeoError):
    """The store or a worker is busy; the same call may succeed later."""
