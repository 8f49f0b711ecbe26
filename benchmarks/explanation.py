"""How exactly an explanation's summands add up to the log-odds of the answer.

Run: ``python benchmarks/explanation.py CORPUS...``, files of JSON lines.
"""

import json
import math
import sys
from pathlib import Path

import topicclf


def main() -> None:
    """Print the greatest differences over all articles and topics."""
    model = topicclf.load()
    by_terms = by_views = by_answer = 0.0
    n_articles = 0
    for line in (line for name in sys.argv[1:] for line in Path(name).read_text().splitlines()):
        article = json.loads(line)
        n_articles += 1
        for each in model.explain(article["text"], title=article.get("title")).topics.values():
            terms = math.fsum(part.value for part in each.contributions)
            by_terms = max(by_terms, abs(terms - each.log_odds))
            by_views = max(by_views, abs(math.fsum(each.views.values()) - each.log_odds))
            answer = 1 / (1 + math.exp(-terms))
            by_answer = max(by_answer, abs(answer - each.probability))
    print(f"{n_articles} articles, greatest difference:")
    print(f"  summands of terms to log-odds: {by_terms:.1e}")
    print(f"  summands of views to log-odds: {by_views:.1e}")
    print(f"  probability of the sum to predict's: {by_answer:.1e}")


if __name__ == "__main__":
    main()
