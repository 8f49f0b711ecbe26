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
    size_t n_topics;
    size_t width; /* of a row: topics, squared idf, and zeros */
    float *rows;
    const double *intercept, *join, *join_intercept, *prevalence;
    double logs[N_LOGS]; /* 1 + ln of each small count */
    size_t n_features;
    void *row_block;
    double *numbers;
} Weights;

/* Sums over segments, and the pair whose first word is a segment's last: it leaves a passage that
 * ends there. */
typedef struct {
    double *sums;
    uint32_t *leaving;
} Segments;

static inline void add_rows(const Weights *weights, const uint32_t *ranks, size_t stride,
                            size_t count, double *RESTRICT sums) {
    const size_t width = weights->width;
    for (size_t column = 0; column < width; column += LANES) {
        const float *rows = weights->rows + column;
        double lanes[LANES];
        memcpy(lanes, sums + column, sizeof lanes);
        for (size_t i = 0; i < count; i++) {
            const float *row = rows + ranks[i * stride] * width;
            for (size_t lane = 0; lane < LANES; lane++) {
                lanes[lane] += row[lane];
            }
        }
        memcpy(sums + column, lanes, sizeof lanes);
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
    const uint32_t *terms = scratch->terms.data;
    const Pair *pair = scratch->pairs.data, *pairs_end = pair + walk->n_pairs;
    size_t room = n_words > PASSAGE ? n_words - PASSAGE : 0;
    size_t length = count == 1 ? n_words : PASSAGE;
    size_t starting = 0, ending = 0, segment = 0, word = 0;
    size_t next_start = 0, next_end = length;
    memset(sums, 0, most * width * sizeof(double));
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
        const Pair *last = pair;
        while (last < pairs_end && last->place < end) {
            last++;
        }
        add_rows(weights, terms + word, 1, end - word, sums + segment * width);
        if (last > pair) {
            add_rows(weights, &pair->rank, 2, (size_t)(last - pair), sums + segment * width);
        }
        leaving[segment] = last > pair && last[-1].place == end - 1 ? last[-1].rank
                                                                    : walk->lexicon->unknown;
        pair = last;
        word = end;
        segment++;
    }
}

/* Count features: the distinct ones are added to `distinct`, of which there are `n`. */
static inline size_t count_features(uint32_t *counts, const uint32_t *ranks, size_t stride,
                                    size_t count, uint32_t *distinct, size_t n) {
    for (size_t i = 0; i < count; i++) {
        uint32_t rank = ranks[i * stride];
        distinct[n] = rank;
        n += !counts[rank]++;
    }
    return n;
}

/* What the article's sums change by as repeats count by their logarithm. */
NOINLINE static int damp_repeats(const Walk *walk, const Weights *weights, double *sums) {
    Scratch *scratch = walk->scratch;
    size_t n_topics = weights->n_topics;
    /* All counts are zero between two articles. */
    if (reserve_zeros(&scratch->counts, sizeof(uint32_t) * weights->n_features) < 0 ||
        reserve(&scratch->distinct, sizeof(uint32_t) * (walk->n_words + walk->n_pairs + 1)) < 0) {
        return -1;
    }
    uint32_t *counts = scratch->counts.data, *distinct = scratch->distinct.data;
    const Pair *pairs = scratch->pairs.data;
    size_t n = count_features(counts, scratch->terms.data, 1, walk->n_words, distinct, 0);
    n = count_features(counts, &pairs->rank, 2, walk->n_pairs, distinct, n);
    size_t n_repeated = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t rank = distinct[i];
        distinct[n_repeated] = rank;
        n_repeated += counts[rank] > 1;
        counts[rank] = counts[rank] > 1 ? counts[rank] : 0;
    }
    for (size_t i = 0; i < n_repeated; i++) {
        uint32_t count = counts[distinct[i]];
        counts[distinct[i]] = 0;
        const float *row = weights->rows + distinct[i] * weights->width;
        double log_count = count < N_LOGS ? weights->logs[count] : 1 + log(count);
        double change = log_count - count;
        for (size_t topic = 0; topic < n_topics; topic++) {
            sums[topic] += row[topic] * change;
        }
        sums[n_topics] += row[n_topics] * (log_count * log_count - (double)count);
    }
    return 0;
}

static inline double norm_of(double squares) {
    return sqrt(squares > LEAST_SQUARE ? squares : LEAST_SQUARE);
}

/* An article's views, joined to a probability. */
NOINLINE static double probability_of(const Weights *weights, size_t topic, double article,
                             const double *passages, size_t count) {
    size_t n_topics = weights->n_topics;
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
    const double *coef = weights->join + topic * N_VIEWS;
    double odds = article * coef[0] + best * coef[1] + total / (double)count * coef[2] +
                  (log(crowd) + 2 * best - log_count) * coef[3] +
                  (double)above / (double)count * coef[4] + log_count * coef[5] +
                  weights->join_intercept[topic];
    return 0.5 + 0.5 * tanh(0.5 * odds);
}

/* The probabilities of the article that has been walked through; -1 without memory. */
static int score_article(const Walk *walk, const Weights *weights, double *probabilities) {
    size_t n_topics = weights->n_topics, width = weights->width;
    if (!walk->n_known) {
        memcpy(probabilities, weights->prevalence, n_topics * sizeof(double));
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
        probabilities[topic] = probability_of(weights, topic, article, scores, count);
    }
    return 0;
}

#endif
