"""Public corpora put together: articles brought and read, and joined to their labels."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from topicclf.errors import DataError
from training.annotated import Annotation, annotate, digest, read_annotations
from training.corpus_article import CorpusArticle
from training.download import bring, members
from training.registry import Corpus, Registry, Source
from training.sources import PARSERS

__all__ = ["AssembledCorpus", "articles", "assemble", "files", "known_members"]


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
    contents: dict[str, bytes] = {}
    for _, content in members(archive, source.members):
        name = names.get(hashlib.sha256(content).hexdigest())
        if name:
            contents[name] = content
    if missing := [name for name in source.sha256 if name not in contents]:
        msg = (
            f"{archive} has no {missing[0]} with the SHA-256 {source.sha256[missing[0]]}: it is "
            f"another version, or not the whole of {source.about or source.name}"
        )
        raise DataError(msg)
    for name in source.sha256:
        yield name, contents[name]


def articles(registry: Registry, source: Source, problems: list[str]) -> Iterator[CorpusArticle]:
    """The articles of a source; files in another format are added to the problems."""
    parse = PARSERS[source.parser or source.name]
    for path, content in _shown(files(registry, source), source.name):
        try:
            yield from list(parse(path, content))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            problems.append(f"{source.name}: {path}: not in the format known ({error!r})")


def _shown(files_of_source: Iterable[tuple[str, bytes]], name: str) -> Iterator[tuple[str, bytes]]:
    """Files with their count on standard error, on a terminal only."""
    from tqdm import tqdm

    yield from tqdm(files_of_source, desc=name, unit=" files", disable=None, leave=False)


@dataclass(frozen=True)
class AssembledCorpus:
    """A corpus that was put together.

    Attributes:
        items: Its articles.
        missing: The articles that its sources don't have.
        differing: The articles whose text is not the one that was labelled.
    """

    items: list[CorpusArticle]
    missing: list[str]
    differing: list[str]


def assemble(
    registry: Registry, corpora: Sequence[Corpus], problems: list[str]
) -> Iterator[tuple[Corpus, AssembledCorpus]]:
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
    by_source = {
        name: {
            item.id: item
            for item in articles(registry, registry.sources[name], problems)
            if item.id in wanted or item.topics is not None
        }
        for name in dict.fromkeys(name for corpus in corpora for name in corpus.sources)
    }
    for corpus in corpora:
        read: dict[str, CorpusArticle] = {}
        for name in corpus.sources:
            length = corpus.cut(registry.sources[name])
            for item in by_source[name].values():
                read.setdefault(item.id, replace(item, text=item.text[:length]))
        if corpus.annotations:
            yield corpus, _join(read, named[corpus.file])
        else:
            out = without[corpus.file]
            labelled = [i for i in read.values() if i.topics is not None and i.id not in out]
            yield corpus, AssembledCorpus(labelled, missing=[], differing=[])


def _join(read: Mapping[str, CorpusArticle], annotations: Sequence[Annotation]) -> AssembledCorpus:
    pairs = [(read[known.id], known) for known in annotations if known.id in read]
    return AssembledCorpus(
        items=[annotate(item, known) for item, known in pairs],
        missing=[known.id for known in annotations if known.id not in read],
        differing=[known.id for item, known in pairs if known.digest not in ("", digest(item))],
    )
