"""Which words end in a stop without ending a sentence, learnt by Punkt from the articles."""

from collections.abc import Iterable

from nltk.tokenize.punkt import PunktTrainer

__all__ = ["learn_abbreviations"]

# Abbreviations of the news show in half a million characters; Punkt is the slowest of all steps.
_CHARACTERS = 500_000


def learn_abbreviations(texts: Iterable[str]) -> tuple[str, ...]:
    """Learn abbreviations, in lower case, without their last stop, in alphabetical order.

    Args:
        texts: Articles; the first half a million characters are read.
    """
    trainer = PunktTrainer()
    seen = 0
    for text in texts:
        trainer.train(text, finalize=False)
        seen += len(text)
        if seen >= _CHARACTERS:
            break
    if not seen:
        return ()
    trainer.finalize_training()
    found: set[str] = trainer.get_params().abbrev_types
    return tuple(sorted(found))
