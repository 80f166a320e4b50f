"""Bars as in the paper's figure 6: speed relative to scalar C, a group for each operator and batch; the axis is logarithmic."""

import math
from pathlib import Path

COLOURS = ["#888888", "#4477aa", "#66ccee", "#ccbb44", "#aa3377", "#ee8866", "#bbcc33", "#882255", "#999933", "#228833",
           "#000000"]
BAR, HEIGHT, LEFT, BASE, LEAST = 9, 260, 40, 330, 0.5
LEGEND = 150  # width of a name


def height(value: float, most: float) -> float:
    return HEIGHT * math.log(max(value, LEAST) / LEAST) / math.log(most / LEAST)


def bars(group: str, row: dict[str, float], names: list[str], left: int, most: float) -> list[str]:
    parts = []
    for place, name in enumerate(names):
        if name not in row:
            continue
        tall = height(row[name], most)
        parts.append(f'<rect x="{left + BAR * place}" y="{BASE - tall:.1f}" width="{BAR - 1}" height="{tall:.1f}" '
                     f'fill="{COLOURS[place % len(COLOURS)]}"><title>{group}, {name}: {row[name]:.2f}</title></rect>')
    return [*parts, f'<text transform="translate({left + 6},{BASE + 14}) rotate(20)" font-size="11">{group}</text>']


def axis(most: float, width: int) -> list[str]:
    """A line at each power of two."""
    powers = range(math.ceil(math.log2(LEAST)), math.floor(math.log2(most)) + 1)
    places = {2.0 ** power: BASE - height(2.0 ** power, most) for power in powers}
    return [f'<path d="M{LEFT - 4} {y:.1f}H{width - LEFT}" stroke="{"#000" if speed == 1 else "#ddd"}"/>'
            f'<text x="4" y="{y + 4:.1f}" font-size="11">{speed:g}x</text>' for speed, y in places.items()]


def legend(names: list[str], in_row: int) -> list[str]:
    places = [(LEFT + LEGEND * (place % in_row), 16 + 18 * (place // in_row)) for place in range(len(names))]
    return [f'<rect x="{x}" y="{y - 10}" width="11" height="11" fill="{COLOURS[place % len(COLOURS)]}"/>'
            f'<text x="{x + 16}" y="{y}" font-size="12">{name}</text>' for place, (name, (x, y)) in enumerate(zip(names, places))]


def chart(path: Path, table: dict[str, dict[str, float]], names: list[str]) -> None:
    """`table`: speed by group and column; columns that have none are left out of a group."""
    most = max(value for row in table.values() for value in row.values()) * 1.1
    step = BAR * (len(names) + 1)
    width = 2 * LEFT + max(len(table) * step, 3 * LEGEND)
    parts = axis(most, width) + legend(names, (width - 2 * LEFT) // LEGEND)
    parts += [part for place, (group, row) in enumerate(table.items())
              for part in bars(group, row, names, LEFT + place * step, most)]
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{BASE + 60}" font-family="sans-serif">'
                    f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n')
