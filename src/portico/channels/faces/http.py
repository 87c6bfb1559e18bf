"""Routes that all faces share."""

from html import escape
from pathlib import Path
from typing import Any

from litestar import MediaType, Response, get
from litestar.static_files import create_static_files_router

from portico.business.api import Directories
from portico.channels.faces import assets
from portico.platform import colors
from portico.platform.http import Door

SHELL = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>{title}</title>
<meta name="theme-color" content="{accent}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/brand.css">
{tags}
</head>
<body data-face="{face}"><div id="app"></div></body>
</html>
"""
FACES = {"pos": "Till", "desk": "Desk", "office": "Office"}


@get("/brand.css", include_in_schema=False)
async def brand_css(door: Door) -> Response[str]:
    """The brand row as custom properties; the token sheet derives everything else from them."""
    brand = (await door.shared(Directories)()).brand
    text = (
        ":root {\n"
        f"  --brand-accent: {brand.accent};\n"
        f"  --brand-ink-on-accent: {colors.ink_on(brand.accent)};\n"
        f"  --brand-radius: {brand.radius_px}px;\n"
        f"  --brand-font: {brand.font};\n"
        "}\n"
    )
    return Response(text, media_type="text/css", headers={"cache-control": "public, max-age=60"})


@get("/favicon.svg", include_in_schema=False)
async def favicon(door: Door) -> Response[str]:
    brand = (await door.shared(Directories)()).brand
    ink = colors.ink_on(brand.accent)
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="8" fill="{brand.accent}"/>'
        f'<path d="M6 12 16 6l10 6M9 13v11M16 13v11M23 13v11M6 25h20" fill="none" stroke="{ink}" stroke-width="2.4" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    return Response(text, media_type="image/svg+xml", headers={"cache-control": "public, max-age=3600"})


async def _shell(door: Door, face: str) -> Response[str]:
    brand = (await door.shared(Directories)()).brand
    page = SHELL.format(
        language=door.language,
        title=escape(f"{FACES[face]} · {brand.name}"),
        accent=brand.accent,
        tags=assets.tags(f"src/{face}/main.ts"),
        face=face,
    )
    return Response(page, media_type=MediaType.HTML)


@get(["/pos", "/pos/{path:path}"], include_in_schema=False)
async def till_shell(door: Door, path: str = "") -> Response[str]:
    return await _shell(door, "pos")


@get(["/desk", "/desk/{path:path}"], include_in_schema=False)
async def desk_shell(door: Door, path: str = "") -> Response[str]:
    return await _shell(door, "desk")


@get(["/office", "/office/{path:path}"], include_in_schema=False)
async def office_shell(door: Door, path: str = "") -> Response[str]:
    return await _shell(door, "office")


def _static() -> Any:
    """Built files: their names carry a hash of their content, so that they may be kept for ever."""
    directory = assets.DIST if assets.DIST.is_dir() else Path(__file__).parent
    return create_static_files_router(
        path="/static",
        directories=[directory],
        include_in_schema=False,
        cache_control=None,
        after_request=_keep_for_ever,
        name="static",
    )


async def _keep_for_ever(response: Response[Any]) -> Response[Any]:
    response.headers["cache-control"] = "public, max-age=31536000, immutable"
    return response


routes: list[Any] = [brand_css, favicon, till_shell, desk_shell, office_shell, _static()]
