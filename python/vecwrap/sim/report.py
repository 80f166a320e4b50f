"""The report as a table to read."""

from typing import Any


def table(report: dict[str, Any]) -> str:
    lines = [f"{report['core']}, VLEN {report['vlen']}: {report['instructions']} instructions, "
             f"{report['cycles']} modelled cycles", f"{'class':20} {'instructions':>14} {'elements':>14}"]
    for name, row in sorted(report["classes"].items(), key=lambda item: -item[1]["instructions"]):
        lines.append(f"{name:20} {row['instructions']:14} {row['elements'] or '':>14}")
    for cache in report["caches"]:
        lines.append(f"{cache['name']:20} {cache['hits']:9} hits {cache['misses']:9} misses")
    if report["vl"]["assumed"]:
        lines.append(f"VL of {report['vl']['assumed']} instructions could not be seen and was taken for VLMAX")
    return "\n".join(lines)
