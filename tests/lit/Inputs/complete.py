"""Every refusal in the table has a test named for it, and every such test names a refusal of the table."""

import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
table = set(re.findall(r'^REFUSAL\(\w+, "([a-z-]+)"', (root / "cpp/vecwrap/llvm/refusals.def").read_text(), re.M))
lit = root / "tests" / "lit"
tests = {path.stem for folder in ("refusals", "gates") for path in (lit / folder).glob("*.c")}
missing, unknown = table - tests, tests - table - {"unoptimised"}
if missing or unknown or len(table) < 20:
    sys.exit(f"refusals without a test: {sorted(missing)}; tests of no refusal: {sorted(unknown)}")
