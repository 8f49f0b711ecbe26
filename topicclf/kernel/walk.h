/* Texts to the ranks of their words: folded, cut into words, looked up, strip after strip of a text.
 *
 * Each stage runs over some hundred words, so that the cache misses of a stage overlap.
 */

#ifndef TOPICCLF_WALK_H
#define TOPICCLF_WALK_H

#include "folding.h"
#include "lexicon.h"

#define STRIP 4096 /* characters */
#define CROWD 128  /* words */
#define MARGIN 64  /* readable bytes after what is folded */

/* What a call is given, and what it gives. */
typedef struct {
    Room texts, wide, answers;
} Desk;

/* What is needed on the way, kept for the next call. */
typedef struct {
    Room folded, bounds;
    Room terms, pairs;  /* ranks: of each word, and of the pair that it forms with the next */
    Room pair_ranks;    /* of the known pairs alone */
    Room counts, repeated, segments, passages, scores;
    uint32_t counted; /* the greatest number in counts */
    Desk desk;
} Scratch;

typedef struct {
    const Lexicon *lexicon;
    Folding *folding;
    Scratch *scratch;
    PyThreadState **thread; /* see fill_entry */
    const char *rows;      /* what to fetch ahead for each rank, or NULL */
    size_t row_size;
    /* Of the article: */
    size_t n_words, n_known, n_pairs;
} Walk;

static inline void fetch_row(const Walk *walk, uint32_t rank) {
    if (walk->rows) {
        PREFETCH(walk->rows + rank * walk->row_size);
    }
}

/* Which of 64 bytes belong to words. */
static inline uint64_t word_bytes(const uint8_t *folded) {
#ifdef HAVE_SSE2
    uint64_t spaces = 0;
    for (unsigned i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)folded + i);
        __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
        spaces |= (uint64_t)(uint32_t)_mm_movemask_epi8(equal) << (16 * i);
    }
    return ~spaces;
#else
    uint64_t letters = 0;
    for (unsigned i = 0; i < 8; i++) {
        /* The high bit of each byte that differs from a space, then these bits side by side. */
        uint64_t differ = load64(folded + 8 * i) ^ UINT64_C(0x2020202020202020);
        uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
        uint64_t high = (((differ & low) + low) | differ) & ~low;
        letters |= ((high >> 7) * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return letters;
#endif
}

#define USUAL_EDGES 24
#define LAST_BIT ((uint64_t)1 << 63)

static inline unsigned count_bits(uint64_t bits) {
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* Where words start and end in the first `length` folded bytes, of which a space or nothing
 * follows; returns the number of words. */
NOINLINE static size_t find_bounds(const uint8_t *folded, size_t length, uint32_t *bounds) {
    uint32_t *next = bounds;
    uint64_t before = 0;
    size_t base = 0;
    for (; base < length; base += 64) {
        uint64_t letters = word_bytes(folded + base);
        if (length - base < 64) {
            letters &= ((uint64_t)1 << (length - base)) - 1;
        }
        uint64_t edges = letters ^ (letters << 1 | before);
        before = letters >> 63;
        /* Most often there are so many, or fewer; what is too much is written over. */
        uint32_t *end = next + count_bits(edges);
        for (unsigned i = 0; i < USUAL_EDGES; i++) {
            *next++ = (uint32_t)(base + lowest_bit(edges | LAST_BIT));
            edges &= edges - 1;
        }
        while (UNLIKELY(edges)) {
            *next++ = (uint32_t)(base + lowest_bit(edges));
            edges &= edges - 1;
        }
        next = end;
    }
    if (before) {
        *next++ = (uint32_t)base;
    }
    return (size_t)(next - bounds) / 2;
}

static inline size_t look_up_words(const Walk *walk, const uint8_t *folded, const uint32_t *bounds,
                                   size_t count, uint32_t *terms) {
    const Lexicon *lexicon = walk->lexicon;
    Key keys[CROWD];
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = bounds[2 * i + 1] - bounds[2 * i];
        keys[i] = key_of(folded + bounds[2 * i], length, lexicon->salts);
        PREFETCH(&lexicon->words[keys[i].hash >> lexicon->word_shift]);
    }
    for (size_t i = 0; i < count; i++) {
        size_t length = bounds[2 * i + 1] - bounds[2 * i];
        terms[i] = rank_of_word(lexicon, &keys[i], folded + bounds[2 * i], length);
        known += terms[i] != lexicon->unknown;
        fetch_row(walk, terms[i]);
    }
    return known;
}

/* Look up the pairs that start at `count` places from `first` on; the word after the last is there,
 * too. */
static void look_up_pairs(Walk *walk, const uint32_t *terms, size_t first, size_t count) {
    const Lexicon *lexicon = walk->lexicon;
    uint32_t *pairs = walk->scratch->pairs.data;
    uint32_t *known = (uint32_t *)walk->scratch->pair_ranks.data + walk->n_pairs;
    uint64_t keys[CROWD];
    const PairSlot *slots[CROWD];
    uint32_t places[CROWD];
    size_t likely = 0;
    for (size_t i = first; i < first + count; i++) {
        uint64_t key = pair_key(terms[i], terms[i + 1]);
        uint64_t hash = pair_hash(lexicon, key);
        keys[likely] = key;
        slots[likely] = pair_slot(lexicon, hash);
        places[likely] = (uint32_t)i;
        pairs[i] = lexicon->unknown;
        likely += (size_t)may_be_pair(lexicon, hash);
    }
    for (size_t i = 0; i < likely; i++) {
        PREFETCH(slots[i]);
    }
    size_t n = 0;
    for (size_t i = 0; i < likely; i++) {
        uint32_t rank = rank_of_pair(lexicon, keys[i], slots[i]);
        pairs[places[i]] = rank;
        known[n] = rank;
        n += rank != lexicon->unknown;
        fetch_row(walk, rank);
    }
    walk->n_pairs += n;
}

/* Number the pairs of the words from `first` on, up to `after`, where an article's words end so far. */
static void number_pairs(Walk *walk, size_t first, size_t after) {
    for (size_t i = first; i + 1 < after; i += CROWD) {
        size_t n = after - 1 - i < CROWD ? after - 1 - i : CROWD;
        look_up_pairs(walk, walk->scratch->terms.data, i, n);
    }
    /* The last word forms no pair, unless more words come. */
    ((uint32_t *)walk->scratch->pairs.data)[after ? after - 1 : 0] = walk->lexicon->unknown;
    walk->n_words = after;
}

static int reserve_words(Walk *walk, size_t more) {
    Scratch *scratch = walk->scratch;
    size_t after = walk->n_words + more;
    return after >= UINT32_MAX || reserve(&scratch->terms, 4 * (after + 1)) < 0 ||
                   reserve(&scratch->pairs, 4 * (after + 1)) < 0 ||
                   reserve(&scratch->pair_ranks, 4 * (walk->n_pairs + more + 2)) < 0
               ? -1
               : 0;
}

/* Number the words of folded bytes. */
static int number_words(Walk *walk, size_t length) {
    Scratch *scratch = walk->scratch;
    const uint8_t *folded = scratch->folded.data;
    if (length >= UINT32_MAX - MARGIN || reserve(&scratch->bounds, 4 * (length + 4 + USUAL_EDGES)) < 0) {
        return -1;
    }
    const uint32_t *bounds = scratch->bounds.data;
    size_t count = find_bounds(folded, length, scratch->bounds.data);
    size_t before = walk->n_words, after = before + count;
    if (reserve_words(walk, count) < 0) {
        return -1;
    }
    uint32_t *terms = scratch->terms.data;
    for (size_t i = 0; i < count; i += CROWD) {
        size_t n = count - i < CROWD ? count - i : CROWD;
        walk->n_known += look_up_words(walk, folded, bounds + 2 * i, n, terms + before + i);
    }
    number_pairs(walk, before ? before - 1 : 0, after);
    return 0;
}

/* Fold some more of a text to the end of the folded bytes. */
static int fold_more(Walk *walk, const Text *text, size_t offset, size_t count, size_t *length) {
    Room *folded = &walk->scratch->folded;
    if (reserve(folded, *length + count + GROUP + MARGIN + BLOCK) < 0) {
        return -1;
    }
    if (text->ascii) {
        *length += fold_ascii(text->ascii + offset, count, (uint8_t *)folded->data + *length);
        return 0;
    }
    return fold_wide(walk->folding, text->wide + offset, count, folded, length, walk->thread);
}

static int end_with_spaces(Room *folded, size_t length) {
    if (reserve(folded, length + MARGIN + BLOCK) < 0) {
        return -1;
    }
    memset((uint8_t *)folded->data + length, ' ', MARGIN + BLOCK);
    return 0;
}

/* Number the words that are complete, and move the rest to the front. */
static int number_complete(Walk *walk, size_t before, size_t *length) {
    Room *folded = &walk->scratch->folded;
    uint8_t *bytes = folded->data;
    size_t end = *length;
    /* A long word has been looked through up to here. */
    while (end > before && bytes[end - 1] != ' ') {
        end--;
    }
    if (end == before) {
        return 0;
    }
    if (end_with_spaces(folded, *length) < 0 || number_words(walk, end) < 0) {
        return -1;
    }
    bytes = folded->data;
    *length -= end;
    memmove(bytes, bytes + end, *length);
    return 0;
}

/* Take words that are numbered already, but for some; -1 without memory. */
static int walk_kept(Walk *walk, const int64_t *terms, const char *kept, size_t count) {
    walk->n_words = walk->n_known = walk->n_pairs = 0;
    if (reserve_words(walk, count) < 0) {
        return -1;
    }
    uint32_t *ranks = walk->scratch->terms.data;
    const uint64_t unknown = walk->lexicon->unknown;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        /* They have been checked, but may be changed meanwhile. */
        uint64_t term = (uint64_t)terms[i] < unknown ? (uint64_t)terms[i] : unknown;
        ranks[n] = walk->lexicon->rank[term];
        n += kept[i] != 0;
        walk->n_known += kept[i] && term != unknown;
    }
    number_pairs(walk, 0, n);
    return 0;
}

/* Number the words of an article's title and text; -1 on failure, with or without an exception. */
static int walk_article(Walk *walk, const Text *texts, size_t n_texts) {
    Scratch *scratch = walk->scratch;
    size_t length = 0;
    walk->n_words = walk->n_known = walk->n_pairs = 0;
    for (size_t i = 0; i < n_texts; i++) {
        for (size_t offset = 0; offset < texts[i].length; offset += STRIP) {
            size_t left = texts[i].length - offset;
            size_t before = length;
            if (fold_more(walk, &texts[i], offset, left < STRIP ? left : STRIP, &length) < 0) {
                return -1;
            }
            if (length >= STRIP && number_complete(walk, before, &length) < 0) {
                return -1;
            }
        }
        if (end_with_spaces(&scratch->folded, length) < 0) {
            return -1;
        }
        /* A title's last word ends there. */
        length += i + 1 < n_texts;
    }
    return number_words(walk, length);
}

#endif
