"""Writes the pages of docs/ that are made from the code: `make docs`."""

from __future__ import annotations

from pathlib import Path

from provisioner.config import schema
from provisioner.config.reference import configuration_page
from provisioner.core.catalog import RULES
from provisioner.render.problems_page import problems_page
from tests.docs.metrics_page import metrics_page
from tests.docs.policies_page import policies_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def pages() -> dict[str, str]:
    """Each page by its name."""
    return {
        "problems.md": problems_page(RULES),
        "configuration.md": configuration_page(schema.base()),
        "policies.md": policies_page(),
        "metrics.md": metrics_page(),
    }


def main() -> None:
    """Writes those that are not as the code says."""
    DOCS.mkdir(exist_ok=True)
    for name, text in pages().items():
        path = DOCS / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(text, encoding="utf-8")
        print(f"docs/{name}: {'as it was' if before == text else 'written'}")


if __name__ == "__main__":
    main()
