"""Which module may know which, read off the source: imports inside functions count, too.

Imports under ``if TYPE_CHECKING`` count for arrows, as they say what a module knows about, but not
for circles, as they never run.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import topicclf

ROOT = Path(topicclf.__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "topicclf").rglob("*.py"))
}

_HEAVY = {"click", "joblib", "nltk", "scipy", "sklearn", "threadpoolctl"}
_AROUND = {
    f"topicclf.{room}"
    for room in (
        "artifact", "cli", "estimator", "evaluation", "frame", "labelled", "labelling", "learning",
        "records", "service", "summary", "training", "writing",
    )
}  # fmt: skip
#: What the modules of a room must never import.
FORBIDDEN = {
    "topicclf": {"training", "tests", "benchmarks"},
    "topicclf.text": {"topicclf.features", "topicclf.scoring", "topicclf.evidence"},
    "topicclf.features": {"topicclf.scoring", "topicclf.evidence"},
    "topicclf.scoring": {"topicclf.evidence"},
    "topicclf.learning": {
        "topicclf.cli", "topicclf.estimator", "topicclf.labelled", "topicclf.records",
        "topicclf.training", "topicclf.writing",
    },
    "topicclf.evaluation": {
        "topicclf.estimator", "topicclf.learning", "topicclf.render", "topicclf.training",
        "topicclf.writing",
    },
    "topicclf.render": {"topicclf.learning", "topicclf.training"},
}  # fmt: skip
#: From text to evidence: prediction runs on NumPy alone, and knows nothing of files.
WALK = ("topicclf.text", "topicclf.features", "topicclf.scoring", "topicclf.evidence")


@dataclass(frozen=True)
class Import:
    """One import.

    Attributes:
        target: The module.
        lazy: Whether it is inside a function.
        typing: Whether it is for type checkers only.
    """

    target: str
    lazy: bool
    typing: bool


@cache
def _imports(name: str) -> list[Import]:
    found: list[Import] = []

    def visit(node: ast.AST, *, lazy: bool, typing: bool) -> None:
        for target in _targets(node):
            found.append(Import(target, lazy, typing))
        lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for field, value in ast.iter_fields(node):
            only_typing = field == "body" and isinstance(node, ast.If) and _is_typing(node.test)
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child, lazy=lazy, typing=typing or only_typing)

    visit(ast.parse(MODULES[name].read_text("utf-8")), lazy=False, typing=False)
    return found


def _is_typing(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.module is not None, "imports are absolute here"
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        if node.module == "topicclf":
            # Public names lead to the modules that define them.
            homes = [topicclf._HOMES.get(alias.name, "topicclf.api") for alias in node.names]
            return [
                name if name in MODULES else home for name, home in zip(names, homes, strict=True)
            ]
        return [name if name in MODULES else node.module for name in names]
    return []


def _inside(module: str, rooms: set[str] | tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [*FORBIDDEN.items(), *((room, _HEAVY | _AROUND) for room in WALK)],
)
def test_no_room_knows_what_it_must_not_know(room: str, forbidden: set[str]) -> None:
    """Not even inside a function, or for a type."""
    arrows = [
        f"{module} -> {each.target}"
        for module in MODULES
        if _inside(module, (room,))
        for each in _imports(module)
        if _inside(each.target, forbidden)
    ]
    assert arrows == []


def test_only_the_command_knows_the_command_line() -> None:
    """``python -m topicclf`` starts it."""
    knowing = [
        module
        for module in MODULES
        if not _inside(module, ("topicclf.cli", "topicclf.__main__"))
        and any(_inside(each.target, ("topicclf.cli",)) for each in _imports(module))
    ]
    assert knowing == []


def test_only_the_command_starts_the_service() -> None:
    """It knows the library, which doesn't know it; its libraries are an extra."""
    knowing = [
        module
        for module in MODULES
        if not _inside(module, ("topicclf.service", "topicclf.cli"))
        and any(
            _inside(each.target, ("topicclf.service", "fastapi", "prometheus_client", "uvicorn"))
            for each in _imports(module)
        )
    ]
    assert knowing == []
    early = [
        f"{module} -> {each.target}"
        for module in MODULES
        if _inside(module, ("topicclf.cli",))
        for each in _imports(module)
        if _inside(each.target, ("topicclf.service",)) and not (each.lazy or each.typing)
    ]
    assert early == []


def test_evidence_is_rendered_only_when_somebody_looks() -> None:
    """In ``_repr_html_`` and ``to_html``; predictions don't wait for it."""
    eager = [
        f"{module} -> {each.target}"
        for module in MODULES
        if _inside(module, WALK)
        for each in _imports(module)
        if _inside(each.target, ("topicclf.render",)) and not each.lazy
    ]
    assert eager == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Neither when it is imported nor later, inside a function."""
    graph = {
        module: {each.target for each in _imports(module) if not each.typing} & MODULES.keys()
        for module in MODULES
    }

    def reached(module: str) -> set[str]:
        seen: set[str] = set()
        waiting = [module]
        while waiting:
            new = graph[waiting.pop()] - seen
            seen |= new
            waiting.extend(new)
        return seen

    assert [module for module in graph if module in reached(module)] == []


def test_few_modules_lie_outside_of_the_rooms() -> None:
    """One look at the folder shows the walk."""
    assert len(list((ROOT / "topicclf").glob("*.py"))) <= 10


def test_every_module_has_one_sorted_list_of_its_public_names() -> None:
    """Constants first, then classes, then functions, as ruff sorts them."""
    for name, path in MODULES.items():
        if path.name in {"__init__.py", "__main__.py"}:
            continue
        [names] = [
            ast.literal_eval(node.value)
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        ]
        assert names == sorted(names, key=lambda each: (not each.isupper(), each)), name
