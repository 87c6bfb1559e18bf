"""A document as a page that prints, on 80 mm of paper or on a sheet."""

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from portico.documents.rendering.words import Paper
from portico.platform import i18n


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=PackageLoader("portico.documents", "rendering/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(t=partial(i18n.text, language))
    return made


def html(paper: Paper, *, pdf_url: str = "") -> str:
    """A page of its own, without scripts. `pdf_url`: where the same is to be had as a file."""
    template = _environment(paper.language).get_template("document.html")
    return template.render(view=paper, logo=Markup(paper.logo_svg), pdf_url=pdf_url)
