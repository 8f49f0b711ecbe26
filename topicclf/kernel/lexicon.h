/* Words and pairs of words to numbers, exactly.
 *
 * A table's slot holds the key itself beside its number, so that a look-up is one cache miss and a
 * word that is found is the vocabulary's own, byte for byte. Open addressing, linear probing, half
 * of the slots free at least; no key is further from its place than MOST_PROBES, whatever is asked.
 */

#ifndef TOPICCLF_LEXICON_H
#define TOPICCLF_LEXICON_H

#include "platform.h"

#define BLOCK 8
#define MOST_PROBES 48
#define MOST_TRIES 16

/* A word's first 16 bytes and a hash of all of it; zeros after its end. */
typedef struct {
    uint64_t first, second, hash;
} Key;

/* `first` is zero where the slot is free. `tail` is where the rest of a word of more than 16 bytes
 * stands in the lexicon's tails, plus one. */
typedef struct {
    uint64_t first, second;
    uint32_t rank, tail;
    uint64_t unused;
} WordSlot;

/* `key` is (first << 32 | second) + 1, zero where the slot is free. */
typedef struct {
    uint64_t key;
    uint32_t rank, unused;
} PairSlot;

/* Inside the kernel features have ranks: terms, common ones first, then the unknown, then pairs,
 * common ones first. So what is often asked for lies together and stays in the cache. */
typedef struct {
    uint32_t unknown; /* its feature and its rank, and the number of terms */
    size_t n_pairs;
    uint32_t *rank, *feature; /* of each feature, and of each rank */
    uint64_t salts[4]; /* three for words, one for pairs; all odd */
    WordSlot *words;
    unsigned word_shift;
    PairSlot *pairs;
    unsigned pair_shift;
    uint64_t *filter; /* a bit for each hash of a pair */
    unsigned filter_shift;
    uint8_t *tails; /* lengths, 4 bytes, each followed by the rest of a word */
    void *blocks[6];
} Lexicon;

static const uint64_t LOW_BYTES[2 * BLOCK + 1][2] = {
    {0, 0},
    {0xff, 0},
    {0xffff, 0},
    {0xffffff, 0},
    {0xffffffff, 0},
    {0xffffffffff, 0},
    {0xffffffffffff, 0},
    {0xffffffffffffff, 0},
    {UINT64_MAX, 0},
    {UINT64_MAX, 0xff},
    {UINT64_MAX, 0xffff},
    {UINT64_MAX, 0xffffff},
    {UINT64_MAX, 0xffffffff},
    {UINT64_MAX, 0xffffffffff},
    {UINT64_MAX, 0xffffffffffff},
    {UINT64_MAX, 0xffffffffffffff},
    {UINT64_MAX, UINT64_MAX},
};

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15)
#define SILVER UINT64_C(0xD6E8FEB86659FD93)

static inline uint64_t mix(uint64_t number) {
    number *= SILVER;
    return number ^ number >> 32;
}

/* A hash of what is beyond a word's first two blocks. */
static uint64_t hash_of_tail(const uint8_t *word, size_t length) {
    uint64_t hash = mix(length);
    for (size_t i = 2 * BLOCK; i + BLOCK < length; i += BLOCK) {
        hash = mix(hash ^ load64(word + i));
    }
    /* The last bytes, some of them perhaps once more. */
    return mix(hash ^ load64(word + length - BLOCK));
}

/* A word's key; two blocks from its start and one from its end must be readable. */
static inline Key key_of(const uint8_t *word, size_t length, const uint64_t *salts) {
    size_t short_length = length < 2 * BLOCK ? length : 2 * BLOCK;
    Key key;
    key.first = load64(word) & LOW_BYTES[short_length][0];
    key.second = load64(word + BLOCK) & LOW_BYTES[short_length][1];
    key.hash = key.first * salts[0] + key.second * salts[1];
    if (UNLIKELY(length > 2 * BLOCK)) {
        key.hash += hash_of_tail(word, length) * salts[2];
    }
    return key;
}

static inline int same_tail(const Lexicon *lexicon, const WordSlot *slot, const uint8_t *word,
                            size_t length) {
    uint32_t rest;
    const uint8_t *tail = lexicon->tails + slot->tail - 1;
    memcpy(&rest, tail, sizeof rest);
    return rest == length - 2 * BLOCK && !memcmp(tail + sizeof rest, word + 2 * BLOCK, rest);
}

static int is_word(const Lexicon *lexicon, const WordSlot *slot, const Key *key,
                   const uint8_t *word, size_t length) {
    return slot->first == key->first && slot->second == key->second &&
           (slot->tail ? length > 2 * BLOCK && same_tail(lexicon, slot, word, length)
                       : length <= 2 * BLOCK);
}

static uint32_t rank_of_long_word(const Lexicon *lexicon, const WordSlot *slot, const Key *key,
                                  const uint8_t *word, size_t length) {
    for (; slot->first; slot++) {
        if (is_word(lexicon, slot, key, word, length)) {
            return slot->rank;
        }
    }
    return lexicon->unknown;
}

/* The rank of a word's term, or the unknown. */
static inline uint32_t rank_of_word(const Lexicon *lexicon, const Key *key, const uint8_t *word,
                                    size_t length) {
    const WordSlot *slot = &lexicon->words[key->hash >> lexicon->word_shift];
    if (UNLIKELY(length > 2 * BLOCK)) {
        return rank_of_long_word(lexicon, slot, key, word, length);
    }
    while ((slot->first ^ key->first) | (slot->second ^ key->second) | slot->tail) {
        if (!slot->first) {
            return lexicon->unknown;
        }
        slot++;
    }
    return slot->rank;
}

static inline uint64_t pair_key(uint32_t first, uint32_t second) {
    return ((uint64_t)first << 32 | second) + 1;
}

static inline uint64_t pair_hash(const Lexicon *lexicon, uint64_t key) {
    return key * lexicon->salts[3];
}

static inline int may_be_pair(const Lexicon *lexicon, uint64_t hash) {
    uint64_t bit = hash >> lexicon->filter_shift;
    return lexicon->filter[bit / 64] >> (bit % 64) & 1;
}

static inline const PairSlot *pair_slot(const Lexicon *lexicon, uint64_t hash) {
    return &lexicon->pairs[hash >> lexicon->pair_shift];
}

/* The rank of a pair, or the unknown. */
static inline uint32_t rank_of_pair(const Lexicon *lexicon, uint64_t key, const PairSlot *slot) {
    while (slot->key) {
        if (slot->key == key) {
            return slot->rank;
        }
        slot++;
    }
    return lexicon->unknown;
}

static void free_tables(Lexicon *lexicon) {
    for (size_t i = 0; i < 4; i++) {
        free(lexicon->blocks[i]);
        lexicon->blocks[i] = NULL;
    }
}

static void free_lexicon(Lexicon *lexicon) {
    free_tables(lexicon);
    free(lexicon->blocks[4]);
    free(lexicon->blocks[5]);
}

static unsigned bits_for(size_t count) {
    unsigned bits = 1;
    while (((size_t)1 << bits) < count) {
        bits++;
    }
    return bits;
}

enum { DONE = 0, NO_MEMORY = -1, TOO_FULL = -2, REPEATED = -3 };

static int put_word(Lexicon *lexicon, const uint8_t *word, size_t length, uint32_t rank,
                    size_t *n_tails) {
    Key key = key_of(word, length, lexicon->salts);
    WordSlot *slot = &lexicon->words[key.hash >> lexicon->word_shift];
    for (unsigned probe = 0; probe < MOST_PROBES; probe++, slot++) {
        if (!slot->first) {
            slot->first = key.first;
            slot->second = key.second;
            slot->rank = rank;
            if (length > 2 * BLOCK) {
                uint32_t rest = (uint32_t)(length - 2 * BLOCK);
                memcpy(lexicon->tails + *n_tails, &rest, sizeof rest);
                memcpy(lexicon->tails + *n_tails + sizeof rest, word + 2 * BLOCK, rest);
                slot->tail = (uint32_t)*n_tails + 1;
                *n_tails += sizeof rest + rest;
            }
            return DONE;
        }
        if (is_word(lexicon, slot, &key, word, length)) {
            return REPEATED;
        }
    }
    return TOO_FULL;
}

/* The words of the vocabulary: where each starts and ends in its bytes. */
typedef struct {
    const uint8_t *bytes; /* BLOCK readable bytes follow */
    const size_t *bounds; /* 2 * n_words */
    const int64_t *terms;
    size_t n_words;
} Words;

static int fill_words(Lexicon *lexicon, const Words *words, const uint32_t *order) {
    size_t n_tails = 0;
    for (size_t i = 0; i < words->n_words; i++) {
        size_t start = words->bounds[2 * order[i]], end = words->bounds[2 * order[i] + 1];
        /* Texts have no such word, and zeros end one here. */
        if (memchr(words->bytes + start, 0, end - start)) {
            continue;
        }
        int status = put_word(lexicon, words->bytes + start, end - start,
                              lexicon->rank[words->terms[order[i]]], &n_tails);
        if (status != DONE) {
            return status;
        }
    }
    return DONE;
}

static int fill_pairs(Lexicon *lexicon, const int64_t *pairs) {
    uint64_t base = (uint64_t)lexicon->unknown + 1;
    for (size_t i = 0; i < lexicon->n_pairs; i++) {
        uint32_t rank = (uint32_t)(base + i);
        uint64_t pair = (uint64_t)pairs[lexicon->feature[rank] - base];
        uint64_t key = pair_key(lexicon->rank[pair / base], lexicon->rank[pair % base]);
        uint64_t hash = pair_hash(lexicon, key);
        PairSlot *slot = (PairSlot *)pair_slot(lexicon, hash);
        unsigned probe = 0;
        while (slot->key) {
            if (slot->key == key) {
                return REPEATED;
            }
            if (++probe == MOST_PROBES) {
                return TOO_FULL;
            }
            slot++;
        }
        slot->key = key;
        slot->rank = rank;
        uint64_t bit = hash >> lexicon->filter_shift;
        lexicon->filter[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
    return DONE;
}

static int allocate(Lexicon *lexicon, const Words *words, unsigned more_bits) {
    unsigned word_bits = bits_for(2 * words->n_words) + more_bits;
    unsigned pair_bits = bits_for(2 * lexicon->n_pairs) + more_bits;
    unsigned filter_bits = bits_for(8 * lexicon->n_pairs + 64);
    if (word_bits > 40 || pair_bits > 40) {
        return NO_MEMORY;
    }
    lexicon->word_shift = 64 - word_bits;
    lexicon->pair_shift = 64 - pair_bits;
    lexicon->filter_shift = 64 - filter_bits;
    /* Probing goes on past the end, and ends at a free slot. */
    lexicon->words = line_calloc(((size_t)1 << word_bits) + MOST_PROBES + 1, sizeof(WordSlot),
                                 &lexicon->blocks[0]);
    lexicon->pairs = line_calloc(((size_t)1 << pair_bits) + MOST_PROBES + 1, sizeof(PairSlot),
                                 &lexicon->blocks[1]);
    lexicon->filter = line_calloc((size_t)1 << (filter_bits - 6), 8, &lexicon->blocks[2]);
    size_t n_tails = 0;
    for (size_t i = 0; i < words->n_words; i++) {
        size_t length = words->bounds[2 * i + 1] - words->bounds[2 * i];
        n_tails += length > 2 * BLOCK ? 4 + length - 2 * BLOCK : 0;
    }
    if (n_tails >= UINT32_MAX) {
        return NO_MEMORY;
    }
    lexicon->tails = line_calloc(n_tails + 1, 1, &lexicon->blocks[3]);
    return lexicon->words && lexicon->pairs && lexicon->filter && lexicon->tails ? DONE : NO_MEMORY;
}

#define N_BINS 4096
#define BINS_PER_NAT 256

/* Order numbers by what a float says of each, roughly and least first; -1 without memory. */
static int order_by(const float *values, size_t count, uint32_t *order) {
    uint16_t *bins = malloc(count * sizeof *bins + 1);
    if (bins == NULL) {
        return -1;
    }
    size_t first[N_BINS + 1] = {0};
    for (size_t i = 0; i < count; i++) {
        float scaled = values[i] * BINS_PER_NAT;
        /* The last bin is for what is no number, too. */
        bins[i] = scaled <= 0 ? 0 : scaled < N_BINS - 1 ? (uint16_t)scaled : N_BINS - 1;
        first[bins[i] + 1]++;
    }
    for (size_t bin = 0; bin + 1 < N_BINS; bin++) {
        first[bin + 1] += first[bin];
    }
    for (size_t i = 0; i < count; i++) {
        order[first[bins[i]]++] = (uint32_t)i;
    }
    free(bins);
    return 0;
}

static int rank_features(Lexicon *lexicon, const float *idf) {
    size_t base = (size_t)lexicon->unknown + 1, n_features = base + lexicon->n_pairs;
    lexicon->rank = line_calloc(n_features, sizeof(uint32_t), &lexicon->blocks[4]);
    lexicon->feature = line_calloc(n_features, sizeof(uint32_t), &lexicon->blocks[5]);
    if (lexicon->rank == NULL || lexicon->feature == NULL ||
        order_by(idf, base - 1, lexicon->feature) < 0 ||
        order_by(idf + base, lexicon->n_pairs, lexicon->feature + base) < 0) {
        return NO_MEMORY;
    }
    lexicon->feature[lexicon->unknown] = lexicon->unknown;
    for (size_t i = base; i < n_features; i++) {
        lexicon->feature[i] += (uint32_t)base;
    }
    for (size_t i = 0; i < n_features; i++) {
        lexicon->rank[lexicon->feature[i]] = (uint32_t)i;
    }
    return DONE;
}

/* The words' numbers, common ones first: they get the places that are theirs. */
static uint32_t *in_order(const Words *words, const float *idf) {
    uint32_t *order = malloc((words->n_words + 1) * sizeof *order);
    float *values = malloc((words->n_words + 1) * sizeof *values);
    if (order != NULL && values != NULL) {
        for (size_t i = 0; i < words->n_words; i++) {
            values[i] = idf[words->terms[i]];
        }
        if (order_by(values, words->n_words, order) == 0) {
            free(values);
            return order;
        }
    }
    free(order);
    free(values);
    return NULL;
}

/* Build the tables; other salts and more room are tried where a key is too far from its place. */
static int build_lexicon(Lexicon *lexicon, const Words *words, const int64_t *pairs,
                         const float *idf, uint64_t salt) {
    uint32_t *order = in_order(words, idf);
    if (order == NULL || rank_features(lexicon, idf) != DONE) {
        free(order);
        return NO_MEMORY;
    }
    int status = TOO_FULL;
    for (unsigned attempt = 0; status == TOO_FULL && attempt < MOST_TRIES; attempt++) {
        free_tables(lexicon);
        for (unsigned i = 0; i < 4; i++) {
            salt = mix(salt + GOLDEN);
            lexicon->salts[i] = salt | 1;
        }
        status = allocate(lexicon, words, attempt / (MOST_TRIES / 2));
        if (status == DONE) {
            status = fill_words(lexicon, words, order);
        }
        if (status == DONE) {
            status = fill_pairs(lexicon, pairs);
        }
    }
    free(order);
    return status;
}

#endif
