"""Where public corpora come from, and which of their articles make which file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topicclf.errors import DataError
from training.download import Download
from training.sources import PARSERS

__all__ = ["REGISTRY", "Corpus", "Registry", "Source"]

REGISTRY = Path(__file__).with_name("registry.toml")


@dataclass(frozen=True)
class Source:
    """A public repository at a commit.

    Attributes:
        name: What we call it.
        repository: Its owner and name on GitHub.
        commit: The commit, in full or as much as was recorded.
        about: What is in it.
        licence: Under what terms, as stated there.
        parser: The module of `training.sources` that reads it; that of its name, if not said.
        members: Which of its files to read, for a source that comes as one archive.
        sha256: The hash of each file. The files of an archive are known by it, not by their path.
        modern: Whether `Corpus.modern_length` holds for its articles.
    """

    name: str
    repository: str
    commit: str
    about: str = ""
    licence: str = ""
    parser: str = ""
    members: tuple[str, ...] = ()
    sha256: Mapping[str, str] = field(default_factory=dict)
    modern: bool = False


@dataclass(frozen=True)
class Corpus:
    """A file of articles.

    Attributes:
        file: Its name.
        sources: Where its articles come from.
        about: What is in it.
        annotations: The file that names its articles and their topics; without one it holds all
            articles that their source labels.
        without: Annotations of articles that stand elsewhere and stay out.
        length: How many characters of an article it holds; 0 for all.
        modern_length: The same for sources that are marked as modern; 0 for `length`.
    """

    file: str
    sources: tuple[str, ...]
    about: str = ""
    annotations: str = ""
    without: tuple[str, ...] = ()
    length: int = 0
    modern_length: int = 0

    def cut(self, source: Source) -> int | None:
        """How many characters of an article of this source it holds; None for all."""
        return (source.modern and self.modern_length) or self.length or None


@dataclass(frozen=True)
class Registry:
    """All sources and corpora.

    Attributes:
        sources: The sources, by name.
        corpora: The corpora, by file.
        archive_url: The address of a repository's archive, with its parts in braces.
        file_url: Likewise of a file.
        annotations: The folder of annotations.
    """

    sources: Mapping[str, Source]
    corpora: Mapping[str, Corpus]
    archive_url: str
    file_url: str
    annotations: Path

    @classmethod
    def load(cls, path: Path = REGISTRY) -> "Registry":
        """Read a registry from TOML; the annotations stand in a folder beside it.

        Raises:
            DataError: It is no TOML, or an entry is not as it should be.
        """
        try:
            parts = tomllib.loads(path.read_text("utf-8"))
            sources = [Source(**_tuples(entry)) for entry in parts["sources"]]
            corpora = [Corpus(**_tuples(entry)) for entry in parts["corpora"]]
            read = cls(
                sources={source.name: source for source in sources},
                corpora={corpus.file: corpus for corpus in corpora},
                archive_url=parts["archive_url"],
                file_url=parts["file_url"],
                annotations=path.parent / "annotations",
            )
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            msg = f"{path} is no registry of corpora ({error}); see training/registry.toml"
            raise DataError(msg) from error
        asked = {name for corpus in corpora for name in corpus.sources}
        for kind, names, known in (
            ("source", asked, read.sources),
            ("parser", {source.parser or source.name for source in sources}, PARSERS),
        ):
            if strange := names - set(known):
                msg = f"{path}: there is no {kind} {min(strange)!r}; there are {', '.join(known)}"
                raise DataError(msg)
        return read

    def downloads(self, source: Source) -> dict[str, Download]:
        """What to bring for a source, by path in the repository; an archive's is empty."""
        said = {"repository": source.repository, "commit": source.commit}
        if source.members:
            url = self.archive_url.format(**said)
            name = f"{source.name}-{source.commit[:8]}.tar.gz"
            return {"": Download(url, name, commit=source.commit)}
        return {
            path: Download(
                self.file_url.format(path=path, **said),
                f"{source.name}-{path.replace('/', '-')}",
                sha256=sha256,
            )
            for path, sha256 in source.sha256.items()
        }


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}
