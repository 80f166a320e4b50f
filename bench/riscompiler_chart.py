"""Bars as in the paper's figure 6: speed relative to scalar C, a group for each category."""

from pathlib import Path

COLOURS = ["#888888", "#4477aa", "#66ccee", "#ccbb44", "#aa3377", "#ee8866", "#bbbbbb", "#228833"]
BAR, HEIGHT, LEFT, BASE = 14, 220, 40, 260


def bars(category: str, row: dict[str, float], names: list[str], left: int, most: float) -> list[str]:
    parts = []
    for place, name in enumerate(names):
        if name not in row:
            continue
        height = HEIGHT * row[name] / most
        parts.append(f'<rect x="{left + BAR * place}" y="{BASE - height:.1f}" width="{BAR - 2}" height="{height:.1f}" '
                     f'fill="{COLOURS[place % len(COLOURS)]}"><title>{category}, {name}: {row[name]:.2f}</title></rect>')
    return [*parts, f'<text transform="translate({left + 6},{BASE + 10}) rotate(30)" font-size="10">{category}</text>']


def chart(path: Path, table: dict[str, dict[str, float]], names: list[str]) -> None:
    """`table`: speed by category and column; columns that have none are left out of a group."""
    most = max(value for row in table.values() for value in row.values())
    step = BAR * (len(names) + 1)
    parts = [part for group, (category, row) in enumerate(table.items())
             for part in bars(category, row, names, LEFT + group * step, most)]
    parts += [f'<text x="{LEFT + 120 * place}" y="16" font-size="12" fill="{COLOURS[place % len(COLOURS)]}">{name}</text>'
              for place, name in enumerate(names)]
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * LEFT + max(len(table) * step, 120 * len(names))}" '
                    f'height="340" font-family="sans-serif">{"".join(parts)}</svg>\n')
