"""Which words end in a stop without ending a sentence, learnt by Punkt from the articles."""

from collections.abc import Iterable

from nltk.tokenize.punkt import PunktTrainer

__all__ = ["enough", "learn_abbreviations"]

# Abbreviations of the news show in half a million characters; Punkt is the slowest of all steps.
_CHARACTERS = 500_000


def enough(texts: Iterable[str]) -> list[str]:
    """The first of the texts, up to half a million characters."""
    kept: list[str] = []
    seen = 0
    for text in texts:
        if seen >= _CHARACTERS:
            break
        kept.append(text)
        seen += len(text)
    return kept


def learn_abbreviations(texts: Iterable[str]) -> tuple[str, ...]:
    """Learn abbreviations, in lower case, without their last stop, in alphabetical order.

    Args:
        texts: Articles; some hundred will do, see `enough`.
    """
    trainer = PunktTrainer()
    for text in texts:
        trainer.train(text, finalize=False)
    trainer.finalize_training()
    found: set[str] = trainer.get_params().abbrev_types
    return tuple(sorted(found))
