"""The few signs on the shop's pages, drawn with one pen: 24 by 24, strokes in the colour of the text."""

from markupsafe import Markup

_PATHS = {
    "basket": '<path d="M4 9h16l-1.6 10.2a1 1 0 0 1-1 .8H6.6a1 1 0 0 1-1-.8Z"/><path d="m8 9 3-6M16 9l-3-6M9.5 13v3M14.5 13v3"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3.6 6 3.6 9s-.6 6-3.6 9c-3-3-3.6-6-3.6-9S9 6 12 3Z"/>',
    "alert": '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.5v.01"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"/>',
    "phone": '<rect x="7" y="2.5" width="10" height="19" rx="2.5"/><path d="M11 18.5h2"/>',
    "portico": '<path d="M3 9.5 12 4l9 5.5M5.5 10v9M12 10v9M18.5 10v9M3.5 20.5h17"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "store": '<path d="M4 10v9.5a.5.5 0 0 0 .5.5h15a.5.5 0 0 0 .5-.5V10M3 9l2-5h14l2 5c0 1.4-1 2.5-2.25 2.5S14.25 10.4 14.25 9'
    'c0 1.4-1 2.5-2.25 2.5S9.75 10.4 9.75 9c0 1.4-1 2.5-2.25 2.5S3 10.4 3 9ZM9.5 20v-5h5v5"/>',
    "cash": '<rect x="2.5" y="6" width="19" height="12" rx="2"/><circle cx="12" cy="12" r="2.5"/><path d="M6 9.5v5M18 9.5v5"/>',
}


def icon(name: str) -> Markup:
    """The sign as inline SVG, hidden from screen readers: a word stands beside it."""
    return Markup(
        '<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.7" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_PATHS[name]}</svg>'
    )
