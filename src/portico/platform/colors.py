"""The brand's colour as every medium needs it: ink that can be read on it, chosen by contrast (WCAG 2.2, 1.4.3)."""


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(color: str) -> str:
    """Black or white, whichever reads better on `color`."""
    return "#ffffff" if contrast("#ffffff", color) >= contrast("#111111", color) else "#111111"
