"""Public corpora: where they come from, and which of their articles make which file."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from topicclf.errors import DataError
from training.annotated import Annotation, annotate, digest, read_annotations
from training.download import Download, bring, members
from training.item import Item
from training.sources import PARSERS

__all__ = ["Corpus", "Made", "Registry", "Source", "articles", "assemble", "files", "known_members"]

REGISTRY = Path(__file__).with_name("corpora.toml")


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
            return cls(
                sources={source.name: source for source in sources},
                corpora={corpus.file: corpus for corpus in corpora},
                archive_url=parts["archive_url"],
                file_url=parts["file_url"],
                annotations=path.parent / "annotations",
            )
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            msg = f"{path} is no registry of corpora ({error}); see training/corpora.toml"
            raise DataError(msg) from error

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


def files(registry: Registry, source: Source) -> Iterator[tuple[str, bytes]]:
    """The files of a source, by path, brought if need be.

    Raises:
        DataError: One can't be had, or is not what it should be.
    """
    for path, download in registry.downloads(source).items():
        kept = bring(download)
        if path:
            yield path, kept.read_bytes()
        elif source.sha256:
            yield from known_members(kept, source)
        else:
            yield from members(kept, source.members)


def known_members(archive: Path, source: Source) -> Iterator[tuple[str, bytes]]:
    """The files of an archive that have a source's hashes, with its names and in its order.

    Raises:
        DataError: One is not there.
    """
    names = {sha256: name for name, sha256 in source.sha256.items()}
    found: dict[str, bytes] = {}
    for _, content in members(archive, source.members):
        name = names.get(hashlib.sha256(content).hexdigest())
        if name:
            found[name] = content
    if missing := [name for name in source.sha256 if name not in found]:
        msg = (
            f"{archive} has no {missing[0]} with the SHA-256 {source.sha256[missing[0]]}: it is "
            f"another version, or not the whole of {source.about or source.name}"
        )
        raise DataError(msg)
    for name in source.sha256:
        yield name, found[name]


def articles(registry: Registry, source: Source, problems: list[str]) -> Iterator[Item]:
    """The articles of a source; files in another format are added to the problems."""
    parse = PARSERS[source.parser or source.name]
    for path, content in _shown(files(registry, source), source.name):
        try:
            yield from list(parse(path, content))
        except DataError:
            raise
        except (ValueError, KeyError) as error:
            problems.append(f"{source.name}: {path}: not in the format known ({error!r})")


def _shown(found: Iterable[tuple[str, bytes]], name: str) -> Iterator[tuple[str, bytes]]:
    """Files with their count on standard error, on a terminal only."""
    from tqdm import tqdm

    yield from tqdm(found, desc=name, unit=" files", disable=None, leave=False)


@dataclass(frozen=True)
class Made:
    """A corpus that was put together.

    Attributes:
        items: Its articles.
        missing: The articles that its sources don't have.
        differing: The articles whose text is not the one that was labelled.
    """

    items: list[Item]
    missing: list[str]
    differing: list[str]


def assemble(
    registry: Registry, corpora: Sequence[Corpus], problems: list[str]
) -> Iterator[tuple[Corpus, Made]]:
    """Put corpora together, reading each source once.

    Args:
        registry: Where everything is.
        corpora: Which to make.
        problems: Gets what could not be read.

    Raises:
        DataError: A source can't be had, or annotations are damaged.
        FileNotFoundError: There are no such annotations.
    """
    named = {
        corpus.file: read_annotations(registry.annotations / corpus.annotations)
        for corpus in corpora
        if corpus.annotations
    }
    wanted = {row.id for rows in named.values() for row in rows}
    without = {
        corpus.file: {
            row.id
            for name in corpus.without
            for row in read_annotations(registry.annotations / name)
        }
        for corpus in corpora
    }
    found: dict[str, dict[str, Item]] = {}
    for name in dict.fromkeys(name for corpus in corpora for name in corpus.sources):
        source = registry.sources[name]
        lengths = [corpus.cut(source) for corpus in corpora if name in corpus.sources]
        longest = None if None in lengths else max(filter(None, lengths))
        kept = found.setdefault(name, {})
        for item in articles(registry, source, problems):
            if item.id in wanted or item.topics is not None:
                kept.setdefault(item.id, replace(item, text=item.text[:longest]))
    for corpus in corpora:
        read: dict[str, Item] = {}
        for name in corpus.sources:
            length = corpus.cut(registry.sources[name])
            for item in found[name].values():
                read.setdefault(item.id, replace(item, text=item.text[:length]))
        if corpus.annotations:
            yield corpus, _join(read, named[corpus.file])
        else:
            out = without[corpus.file]
            labelled = [i for i in read.values() if i.topics is not None and i.id not in out]
            yield corpus, Made(labelled, [], [])


def _join(read: Mapping[str, Item], annotations: Iterable[Annotation]) -> Made:
    made = Made([], [], [])
    for annotation in annotations:
        item = read.get(annotation.id)
        if item is None:
            made.missing.append(annotation.id)
            continue
        made.items.append(annotate(item, annotation))
        if annotation.digest and annotation.digest != digest(item):
            made.differing.append(annotation.id)
    return made
