"""What all faces share: the brand's style sheet, the built files, and the shells of till, desk and office."""

from portico.channels.faces.http import routes

__all__ = ["routes"]
