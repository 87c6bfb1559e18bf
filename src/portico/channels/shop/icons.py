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
    "collect": '<path d="M5 8h14l1 12H4ZM9 8V6.5a3 3 0 0 1 6 0V8"/>',
    "drive_up": '<path d="M3.5 16v-3.2l2-.8 1.8-4.2a1.5 1.5 0 0 1 1.4-.9h6.6a1.5 1.5 0 0 1 1.4.9l1.8 4.2 2 .8V16a1 1 0 0 1-1 1h-14a1 1 0 0 1-1-1Z"/>'
    '<path d="M5.5 12h13M6.5 17v1.6M17.5 17v1.6M7 14.5h.01M17 14.5h.01"/>',
    "delivered": '<path d="M2.5 6.5h11v10h-11ZM13.5 10h4l3.5 3.5v3h-7.5Z"/><circle cx="7" cy="17.5" r="1.8"/><circle cx="17" cy="17.5" r="1.8"/>',
    "split": '<path d="M12 21v-8M12 13 6 6M12 13l6-7M6 6h4M6 6v4M18 6h-4M18 6v4"/>',
    "pin": '<path d="M12 21c4-4.4 6.5-7.6 6.5-11a6.5 6.5 0 0 0-13 0c0 3.4 2.5 6.6 6.5 11Z"/><circle cx="12" cy="10" r="2.3"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.4 2"/>',
    "cash": '<rect x="2.5" y="6" width="19" height="12" rx="2"/><circle cx="12" cy="12" r="2.5"/><path d="M6 9.5v5M18 9.5v5"/>',
}

_SAME = {"ship": "delivered", "local_delivery": "delivered", "ship_to_store": "store", "carry_out": "basket"}


def icon(name: str) -> Markup:
    """The sign as inline SVG, hidden from screen readers: a word stands beside it."""
    return Markup(
        '<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.7" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_PATHS[_SAME.get(name, name)]}</svg>'
    )
