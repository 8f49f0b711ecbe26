"""The names that README and docs mention can be imported as they say."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _names(page: str) -> set[tuple[str, str]]:
    """The modules and their attributes in a page's Python."""
    names = set()
    for code in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("topicclf"):
                names |= {(str(node.module), alias.name) for alias in node.names}
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "topicclf":
                names.add(("topicclf", node.attr))
    return names | {("topicclf", name) for name in re.findall(r"`topicclf\.(\w+)", page)}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_documented_name_is_there(page: Path) -> None:
    """Where a reader would look for it."""
    for module, name in sorted(_names(page.read_text("utf-8"))):
        if not hasattr(import_module(module), name):
            import_module(f"{module}.{name}")


def test_names_are_found_in_the_docs() -> None:
    """Or the test above would test nothing."""
    found = set().union(*(_names(page.read_text("utf-8")) for page in PAGES))
    assert {("topicclf", "predict"), ("topicclf", "TopicClassifier")} <= found
