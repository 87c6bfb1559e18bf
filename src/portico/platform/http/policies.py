"""What a page may load and call: its Content-Security-Policy."""

from functools import cache


@cache
def policy(*, scripts: tuple[str, ...] = (), frames: tuple[str, ...] = (), connects: tuple[str, ...] = ()) -> str:
    """Ours alone, and the origins named: what a page does not need it may not have. Whoever serves such a page sends it as its
    own header; every other page gets the one without."""

    def allowed(origins: tuple[str, ...]) -> str:
        return " ".join(("'self'", *origins))

    framed = f"frame-src {' '.join(frames)}; " if frames else ""
    return (
        "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        f"script-src {allowed(scripts)}; connect-src {allowed(connects)}; {framed}object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
