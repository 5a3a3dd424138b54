"""QR codes as local SVG (ISO/IEC 18004): no service outside the node draws them.

One path of black modules on white with the quiet zone of four modules that scanners need. Error
correction M: a code behind scratched or sunlit glass still reads.
"""

from functools import lru_cache

from markupsafe import Markup

QUIET = 4


@lru_cache(maxsize=256)
def svg(url: str) -> Markup:
    """The QR code of `url` as an inline `<svg>` that scales to its box."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(url)
    code.make(fit=True)
    rows = code.get_matrix()
    size = len(rows) + 2 * QUIET
    path = "".join(
        f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="二维码：{url}"'
        ' shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        '<path d="{path}" fill="#000"/></svg>'
    ).format(size=size, url=url, path=path)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Start and length of each run of black modules."""
    runs: list[tuple[int, int]] = []
    for x, black in enumerate(row):
        if not black:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
