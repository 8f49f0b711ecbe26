/* Numbered words to probabilities: topicclf.scoring's scores, views and join, for one article.
 *
 * The rows of an article's features are summed once, in segments between the bounds of its
 * passages; passages and article are sums over segments.
 */

#ifndef TOPICCLF_SCORING_H
#define TOPICCLF_SCORING_H

#include <math.h>

#include "walk.h"

#define PASSAGE 50
#define STRIDE 25
#define LANES 8
#define N_VIEWS 6
#define LEAST_SQUARE 1e-6
#define N_LOGS 64

typedef struct {
    size_t n_topics, n_features;
    size_t width; /* of a row: topics, squared idf, and zeros */
    float *rows;
    double *intercept;
    double logs[N_LOGS]; /* 1 + ln of each small count */
    void *row_block;
} Weights;

typedef struct {
    const double *coef, *intercept, *prevalence;
} Join;

/* Sums over segments, and the pair whose first word is a segment's last: it leaves a passage that
 * ends there. */
typedef struct {
    double *sums;
    uint32_t *leaving;
} Segments;

static inline void add_lanes(const Weights *weights, size_t column, size_t lanes,
                             const uint32_t *terms, const uint32_t *pairs, size_t count,
                             double *RESTRICT sums) {
    const size_t width = weights->width;
    const float *rows = weights->rows + column;
    double of_terms[LANES] = {0}, of_pairs[LANES] = {0};
    for (size_t i = 0; i < count; i++) {
        const float *term = rows + terms[i] * width, *pair = rows + pairs[i] * width;
        for (size_t lane = 0; lane < lanes; lane++) {
            of_terms[lane] += term[lane];
            of_pairs[lane] += pair[lane];
        }
    }
    for (size_t lane = 0; lane < lanes; lane++) {
        sums[column + lane] = of_terms[lane] + of_pairs[lane];
    }
}

/* Sum the rows of some words and of the pairs that start there. */
static inline void sum_rows(const Weights *weights, const uint32_t *terms, const uint32_t *pairs,
                            size_t count, double *RESTRICT sums) {
    /* The shipped model has five columns. */
    if (weights->n_topics + 1 <= 6) {
        sums[6] = sums[7] = 0;
        add_lanes(weights, 0, 6, terms, pairs, count, sums);
        return;
    }
    for (size_t column = 0; column < weights->width; column += LANES) {
        add_lanes(weights, column, LANES, terms, pairs, count, sums);
    }
}

static size_t n_passages(size_t n_words) {
    return n_words <= PASSAGE + STRIDE ? 1 : (n_words - PASSAGE + STRIDE - 1) / STRIDE + 1;
}

typedef struct {
    size_t first, end; /* segments */
} Passage;

/* Sum the rows between the bounds of passages. Returns the number of segments, or 0 without
 * memory. */
NOINLINE static size_t sum_segments(const Walk *walk, const Weights *weights, size_t count) {
    Scratch *scratch = walk->scratch;
    size_t n_words = walk->n_words, width = weights->width;
    size_t most = 2 * count + 1;
    if (reserve(&scratch->segments, most * (width * sizeof(double) + sizeof(uint32_t))) < 0 ||
        reserve(&scratch->passages, count * sizeof(Passage)) < 0) {
        return 0;
    }
    double *sums = scratch->segments.data;
    uint32_t *leaving = (uint32_t *)(sums + most * width);
    Passage *passages = scratch->passages.data;
    const uint32_t *terms = scratch->terms.data, *pairs = scratch->pairs.data;
    size_t room = n_words > PASSAGE ? n_words - PASSAGE : 0;
    size_t length = count == 1 ? n_words : PASSAGE;
    size_t starting = 0, ending = 0, segment = 0, word = 0;
    size_t next_start = 0, next_end = length;
    for (;;) {
        while (starting < count && next_start == word) {
            passages[starting++].first = segment;
            next_start = starting < count ? room * starting / (count - 1) : SIZE_MAX;
        }
        while (ending < count && next_end == word && word) {
            passages[ending++].end = segment;
            next_end = ending < count ? room * ending / (count - 1) + length : SIZE_MAX;
        }
        if (word == n_words) {
            return segment;
        }
        size_t end = next_start < next_end ? next_start : next_end;
        sum_rows(weights, terms + word, pairs + word, end - word, sums + segment * width);
        leaving[segment] = pairs[end - 1];
        word = end;
        segment++;
    }
}

/* Count ranks, from `start` on: what is less was counted for an earlier article. The ones that are
 * met a second time are added to `repeated`, of which there are `n`. */
static inline size_t count_ranks(uint32_t *counts, uint32_t start, const uint32_t *ranks,
                                 size_t count, uint32_t *repeated, size_t n) {
    for (size_t i = 0; i < count; i++) {
        uint32_t rank = ranks[i], before = counts[rank];
        before = before < start ? start : before;
        counts[rank] = before + 1;
        repeated[n] = rank;
        n += before == start + 1;
    }
    return n;
}

/* What the article's sums change by as repeats count by their logarithm. */
NOINLINE static int damp_repeats(const Walk *walk, const Weights *weights, double *RESTRICT sums) {
    Scratch *scratch = walk->scratch;
    size_t n_topics = weights->n_topics, most = walk->n_words + walk->n_pairs;
    if (reserve_zeros(&scratch->counts, sizeof(uint32_t) * weights->n_features) < 0 ||
        reserve(&scratch->repeated, sizeof(uint32_t) * (most / 2 + 1)) < 0) {
        return -1;
    }
    uint32_t *counts = scratch->counts.data, *repeated = scratch->repeated.data;
    if (scratch->counted >= UINT32_MAX - 1 - walk->n_words) {
        memset(counts, 0, scratch->counts.size);
        scratch->counted = 0;
    }
    uint32_t start = scratch->counted + 1;
    scratch->counted = start + (uint32_t)walk->n_words;
    size_t n = count_ranks(counts, start, scratch->terms.data, walk->n_words, repeated, 0);
    n = count_ranks(counts, start, scratch->pair_ranks.data, walk->n_pairs, repeated, n);
    /* The last column goes by other factors. */
    double squares = sums[n_topics];
    for (size_t i = 0; i < n; i++) {
        uint32_t count = counts[repeated[i]] - start;
        const float *row = weights->rows + repeated[i] * weights->width;
        double log_count = count < N_LOGS ? weights->logs[count] : 1 + log(count);
        double change = log_count - count;
        for (size_t column = 0; column < weights->width; column += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                sums[column + lane] += row[column + lane] * change;
            }
        }
        squares += row[n_topics] * (log_count * log_count - (double)count);
    }
    sums[n_topics] = squares;
    return 0;
}

static inline double norm_of(double squares) {
    return sqrt(squares > LEAST_SQUARE ? squares : LEAST_SQUARE);
}

/* An article's views, joined to a probability. */
NOINLINE static double probability_of(const Join *join, size_t n_topics, size_t topic, double article,
                             const double *passages, size_t count) {
    double best = passages[topic], total = 0, crowd = 0;
    size_t above = 0;
    for (size_t i = 0; i < count; i++) {
        double score = passages[i * n_topics + topic];
        best = score > best ? score : best;
        total += score;
        above += score > 0;
    }
    for (size_t i = 0; i < count; i++) {
        crowd += exp(2 * (passages[i * n_topics + topic] - best));
    }
    double log_count = log((double)count);
    const double *coef = join->coef + topic * N_VIEWS;
    double odds = article * coef[0] + best * coef[1] + total / (double)count * coef[2] +
                  (log(crowd) + 2 * best - log_count) * coef[3] +
                  (double)above / (double)count * coef[4] + log_count * coef[5] +
                  join->intercept[topic];
    return 0.5 + 0.5 * tanh(0.5 * odds);
}

/* The probabilities of the article that has been walked through; -1 without memory. */
static int score_article(const Walk *walk, const Weights *weights, const Join *join,
                         double *probabilities) {
    size_t n_topics = weights->n_topics, width = weights->width;
    if (!walk->n_known) {
        memcpy(probabilities, join->prevalence, n_topics * sizeof(double));
        return 0;
    }
    size_t count = n_passages(walk->n_words);
    size_t n_segments = sum_segments(walk, weights, count);
    if (!n_segments ||
        reserve(&walk->scratch->scores, ((count + 1) * n_topics + 2 * width) * sizeof(double)) <
            0) {
        return -1;
    }
    const double *segments = walk->scratch->segments.data;
    const uint32_t *leaving = (const uint32_t *)(segments + (2 * count + 1) * width);
    const Passage *passages = walk->scratch->passages.data;
    double *sums = walk->scratch->scores.data, *whole = sums + width, *scores = whole + width;
    for (size_t i = 0; i < count; i++) {
        const float *left = weights->rows + leaving[passages[i].end - 1] * width;
        for (size_t column = 0; column < width; column++) {
            sums[column] = -(double)left[column];
        }
        for (size_t segment = passages[i].first; segment < passages[i].end; segment++) {
            for (size_t column = 0; column < width; column++) {
                sums[column] += segments[segment * width + column];
            }
        }
        double norm = norm_of(sums[n_topics]);
        for (size_t topic = 0; topic < n_topics; topic++) {
            scores[i * n_topics + topic] = sums[topic] / norm + weights->intercept[topic];
        }
    }
    memset(whole, 0, width * sizeof(double));
    for (size_t segment = 0; segment < n_segments; segment++) {
        for (size_t column = 0; column < width; column++) {
            whole[column] += segments[segment * width + column];
        }
    }
    if (damp_repeats(walk, weights, whole) < 0) {
        return -1;
    }
    double norm = norm_of(whole[n_topics]);
    for (size_t topic = 0; topic < n_topics; topic++) {
        double article = whole[topic] / norm + weights->intercept[topic];
        probabilities[topic] = probability_of(join, n_topics, topic, article, scores, count);
    }
    return 0;
}

#endif
