"""QR pictures, drawn so that a cheap camera reads them from paper."""

import segno


def svg_of(text: str) -> str:
    """An <svg> without a size of its own: the page that shows it gives it one."""
    return segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=4)
