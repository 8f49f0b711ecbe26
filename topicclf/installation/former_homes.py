"""Where modules of early versions are now, for scripts and pickles that name them."""

import sys

# Not from typing, whose import would cost as much as the start of Python.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["FORMER_HOMES", "find_former_homes"]

#: The module that each former one is now.
FORMER_HOMES = {
    "topicclf.account": "topicclf.evidence.attribution",
    "topicclf.article": "topicclf.text.article",
    "topicclf.evaluation.page": "topicclf.render.report",
    "topicclf.evaluation.pictures": "topicclf.render.figures",
    "topicclf.evaluation.plain": "topicclf.evaluation.jsonable",
    "topicclf.evaluation.table": "topicclf.render.tables",
    "topicclf.evaluation.wording": "topicclf.render.wording",
    "topicclf.explanation": "topicclf.evidence.explanation",
    "topicclf.extras": "topicclf.installation.extras",
    "topicclf.fingerprints": "topicclf.features.fingerprints",
    "topicclf.highlight": "topicclf.render.highlight",
    "topicclf.hint": "topicclf.errors",
    "topicclf.information": "topicclf.model_info",
    "topicclf.join": "topicclf.scoring.join",
    "topicclf.labelling.draw": "topicclf.labelling.reservoir",
    "topicclf.labelling.likeness": "topicclf.labelling.near_duplicates",
    "topicclf.labelling.line": "topicclf.labelled.line",
    "topicclf.language": "topicclf.text.language",
    "topicclf.learning.data": "topicclf.labelled.reading",
    "topicclf.learning.label_fields": "topicclf.labelled.schemes",
    "topicclf.learning.promises": "topicclf.learning.precision_recall_bounds",
    "topicclf.learning.stories": "topicclf.learning.groups",
    "topicclf.lookup": "topicclf.features.lookup",
    "topicclf.passages": "topicclf.features.passages",
    "topicclf.prediction": "topicclf.evidence.prediction",
    "topicclf.records.furniture": "topicclf.text.furniture",
    "topicclf.scores": "topicclf.scoring.scores",
    "topicclf.sentences": "topicclf.text.sentences",
    "topicclf.snippet": "topicclf.render.notebook",
    "topicclf.tipping": "topicclf.evidence.counterfactual",
    "topicclf.vocabulary": "topicclf.features.vocabulary",
    "topicclf.words": "topicclf.text.words",
    "topicclf.workshop": "topicclf.training",
    "topicclf.workshop.card": "topicclf.render.card",
    "topicclf.workshop.dataset": "topicclf.training.dataset",
    "topicclf.workshop.groups": "topicclf.labelled.stories",
    "topicclf.workshop.split": "topicclf.training.split",
    "topicclf.workshop.train": "topicclf.training.run",
    "topicclf.workshop.tuning": "topicclf.training.tuning",
    # Not former ones, but short ones, as users write them.
    "topicclf.dask": "topicclf.engines.dask",
    "topicclf.duckdb": "topicclf.engines.duckdb",
    "topicclf.polars": "topicclf.engines.polars",
    "topicclf.ray": "topicclf.engines.ray",
    "topicclf.spark": "topicclf.engines.spark",
}


# Names that changed when their modules moved.
_FORMER_NAMES = {
    "Labelled": "LabelledArticle",
    "number_stories": "number_groups",
    "stories": "name_stories",
}


class _FormerHomes:
    """Finds modules by their former names."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> "ModuleSpec | None":
        if name not in FORMER_HOMES:
            return None
        from importlib.machinery import ModuleSpec

        is_package = any(former.startswith(f"{name}.") for former in FORMER_HOMES)
        return ModuleSpec(name, _FormerHomes, is_package=is_package)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: object) -> None:
        """An ordinary module will do."""

    @staticmethod
    def exec_module(module: "ModuleType") -> None:
        from functools import partial
        from importlib import import_module

        home = import_module(FORMER_HOMES[module.__name__])
        vars(module)["__getattr__"] = partial(_named, home)


def _named(home: "ModuleType", name: str) -> object:
    # A name that a module still has is meant as it is.
    return getattr(home, name if hasattr(home, name) else _FORMER_NAMES.get(name, name))


def find_former_homes() -> None:
    """Let imports find modules by their former names."""
    sys.meta_path.append(_FormerHomes)
    # Found here, it isn't put in the place of the function of this name.
    sys.modules["topicclf.predict"] = sys.modules["topicclf.api"]
