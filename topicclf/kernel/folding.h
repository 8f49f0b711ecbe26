/* Characters to the bytes of words, as topicclf.text.words.fold reads them.
 *
 * ASCII is built in. What other characters become is asked of Python once for each, and kept in a
 * table of pages that threads read without a lock: an entry is written once, from zero.
 */

#ifndef TOPICCLF_FOLDING_H
#define TOPICCLF_FOLDING_H

#include <Python.h>

#include "platform.h"

#define PAGE 256
#define N_PAGES (0x110000 / PAGE)
#define INLINE_MOST 7
#define LONGEST_FOLDED 255
/* What one character may write, counting what is overwritten by the next. */
#define SLACK (LONGEST_FOLDED + 64)

/* An entry holds up to seven bytes: bit 0 is set, bits 1 to 3 are their number, bits 8 to 63 the
 * bytes. Or it is the address of more. Or zero: not asked for yet. */
typedef uint64_t Entry;

typedef struct {
    size_t length;
    uint8_t bytes[LONGEST_FOLDED];
} LongEntry;

typedef struct {
    PyObject *fold;
    void *volatile pages[N_PAGES];
} Folding;

/* A text as it is given: ASCII where Python has it, or 32 bits a character. */
typedef struct {
    const uint8_t *ascii;
    const uint32_t *wide;
    size_t length;
} Text;

static inline uint8_t folded_ascii(uint8_t byte) {
    uint8_t lower = byte | 0x20;
    return (uint8_t)(lower - 'a') < 26 ? lower : (uint8_t)(byte - '0') < 10 ? byte : ' ';
}

static Entry inline_entry(const uint8_t *bytes, size_t length) {
    Entry entry = 1 | (Entry)length << 1;
    for (size_t i = 0; i < length; i++) {
        entry |= (Entry)bytes[i] << (8 * (i + 1));
    }
    return entry;
}

static void free_folding(Folding *folding) {
    for (size_t page = 0; page < N_PAGES; page++) {
        Entry *entries = folding->pages[page];
        if (entries == NULL) {
            continue;
        }
        for (size_t i = 0; i < PAGE; i++) {
            if (entries[i] && !(entries[i] & 1)) {
                free((void *)(uintptr_t)entries[i]);
            }
        }
        free(entries);
        folding->pages[page] = NULL;
    }
    Py_CLEAR(folding->fold);
}

/* What Python folds a character to; with the GIL. Zero where that fails, with an exception. */
static Entry ask_python(Folding *folding, uint32_t code) {
    PyObject *folded = NULL;
    Entry entry = 0;
    PyObject *character = PyUnicode_FromOrdinal((int)code);
    if (character == NULL) {
        return 0;
    }
    folded = PyObject_CallFunctionObjArgs(folding->fold, character, NULL);
    Py_DECREF(character);
    if (folded == NULL) {
        return 0;
    }
    char *bytes;
    Py_ssize_t length;
    if (PyBytes_AsStringAndSize(folded, &bytes, &length) < 0) {
        goto done;
    }
    if (length > LONGEST_FOLDED || memchr(bytes, 0, (size_t)length) ||
        (length > 1 && memchr(bytes, ' ', (size_t)length))) {
        PyErr_Format(PyExc_ValueError, "can't read what character %d is folded to", (int)code);
        goto done;
    }
    if (length <= INLINE_MOST) {
        entry = inline_entry((const uint8_t *)bytes, (size_t)length);
        goto done;
    }
    LongEntry *more = malloc(sizeof *more);
    if (more == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    more->length = (size_t)length;
    memcpy(more->bytes, bytes, (size_t)length);
    entry = (Entry)(uintptr_t)more;
done:
    Py_DECREF(folded);
    return entry;
}

/* Fill in a character's entry. `*thread` is set where the GIL has been released; `thread` is NULL
 * where Python can't be asked, which is a failure without an exception. */
static Entry fill_entry(Folding *folding, uint32_t code, PyThreadState **thread) {
    if (thread == NULL) {
        return 0;
    }
    if (*thread) {
        PyEval_RestoreThread(*thread);
    }
    Entry entry = ask_python(folding, code);
    if (entry) {
        Entry *page = LOAD_ACQUIRE(&folding->pages[code / PAGE]);
        if (page == NULL) {
            page = calloc(PAGE, sizeof *page);
            if (page != NULL && !put_if_null(&folding->pages[code / PAGE], page)) {
                free(page);
                page = LOAD_ACQUIRE(&folding->pages[code / PAGE]);
            }
        }
        if (page == NULL || !put_if_zero(&page[code % PAGE], entry)) {
            /* No memory, or another thread was first. */
            if (!(entry & 1)) {
                free((void *)(uintptr_t)entry);
            }
            entry = page ? LOAD_ACQUIRE(&page[code % PAGE]) : 0;
            if (!entry) {
                PyErr_NoMemory();
            }
        }
    }
    if (*thread) {
        *thread = PyEval_SaveThread();
    }
    return entry;
}

static inline Entry entry_of(Folding *folding, uint32_t code, PyThreadState **thread) {
    Entry *page = LOAD_ACQUIRE(&folding->pages[code / PAGE]);
    Entry entry = page ? LOAD_ACQUIRE(&page[code % PAGE]) : 0;
    return entry ? entry : fill_entry(folding, code, thread);
}

/* Write an entry's bytes, with room for SLACK bytes; returns their number. */
static inline size_t put_entry(Entry entry, uint8_t *out) {
    if (entry & 1) {
        uint64_t bytes = entry >> 8;
        memcpy(out, &bytes, sizeof bytes);
        return (entry >> 1) & 7;
    }
    const LongEntry *more = (const LongEntry *)(uintptr_t)entry;
    memcpy(out, more->bytes, more->length);
    return more->length;
}

#define GROUP 16

/* Fold 16 characters of ASCII; returns how many bytes that gave. */
static inline size_t fold_group(const uint8_t *text, uint8_t *out) {
#ifdef HAVE_SSE2
    const __m128i bytes = _mm_loadu_si128((const __m128i *)text);
    const __m128i space = _mm_set1_epi8(' ');
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                         _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
    const __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('0' - 1)),
                                        _mm_cmplt_epi8(bytes, _mm_set1_epi8('9' + 1)));
    /* Digits have the bit that makes letters lower already. */
    const __m128i kept = _mm_or_si128(letter, digit);
    const __m128i folded =
        _mm_or_si128(_mm_and_si128(kept, lower), _mm_andnot_si128(kept, space));
    _mm_storeu_si128((__m128i *)out, folded);
    if (!_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\'')))) {
        return GROUP;
    }
#else
    uint8_t apostrophes = 0;
    for (size_t i = 0; i < GROUP; i++) {
        out[i] = folded_ascii(text[i]);
        apostrophes |= text[i] == '\'';
    }
    if (!apostrophes) {
        return GROUP;
    }
#endif
    size_t length = 0;
    for (size_t i = 0; i < GROUP; i++) {
        out[length] = folded_ascii(text[i]);
        length += text[i] != '\'';
    }
    return length;
}

/* Fold ASCII; `out` needs `length` and a group more. Returns how many bytes that gave. */
static size_t fold_ascii(const uint8_t *text, size_t length, uint8_t *out) {
    uint8_t *start = out;
    size_t i = 0;
    for (; i + GROUP <= length; i += GROUP) {
        out += fold_group(text + i, out);
    }
    for (; i < length; i++) {
        *out = folded_ascii(text[i]);
        out += text[i] != '\'';
    }
    return (size_t)(out - start);
}

/* Pack 16 characters into bytes; whether all are ASCII. */
static inline int pack_group(const uint32_t *text, uint8_t *packed) {
#ifdef HAVE_SSE2
    const __m128i *source = (const __m128i *)text;
    const __m128i a = _mm_loadu_si128(source), b = _mm_loadu_si128(source + 1);
    const __m128i c = _mm_loadu_si128(source + 2), d = _mm_loadu_si128(source + 3);
    const __m128i any = _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d));
    const __m128i above = _mm_andnot_si128(_mm_set1_epi32(0x7f), any);
    if (_mm_movemask_epi8(_mm_cmpeq_epi32(above, _mm_setzero_si128())) != 0xffff) {
        return 0;
    }
    _mm_storeu_si128((__m128i *)packed,
                     _mm_packus_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d)));
    return 1;
#else
    uint32_t any = 0;
    for (size_t i = 0; i < GROUP; i++) {
        any |= text[i];
        packed[i] = (uint8_t)text[i];
    }
    return any < 0x80;
#endif
}

/* Fold any characters to the end of `folded`, which has `*length` bytes; -1 on failure. */
static int fold_wide(Folding *folding, const uint32_t *text, size_t count, Room *folded,
                     size_t *length, PyThreadState **thread) {
    uint8_t packed[GROUP];
    size_t i = 0;
    while (i < count) {
        if (reserve(folded, *length + 4 * GROUP * (INLINE_MOST + 1) + SLACK) < 0) {
            return -1;
        }
        uint8_t *out = (uint8_t *)folded->data + *length;
        uint8_t *start = out;
        /* What is here has room for a few groups of ordinary characters, or one that is long. */
        const uint8_t *full = out + 3 * GROUP * (INLINE_MOST + 1);
        while (i < count && out < full) {
            if (i + GROUP <= count && pack_group(text + i, packed)) {
                out += fold_group(packed, out);
                i += GROUP;
                continue;
            }
            size_t stop = count - i < GROUP ? count : i + GROUP;
            for (; i < stop && out < full; i++) {
                uint32_t code = text[i] < 0x110000 ? text[i] : 0;
                Entry entry = entry_of(folding, code, thread);
                if (UNLIKELY(!entry)) {
                    return -1;
                }
                out += put_entry(entry, out);
            }
        }
        *length += (size_t)(out - start);
    }
    return 0;
}

/* A folding that knows ASCII. */
static int start_folding(Folding *folding, PyObject *fold) {
    Entry *page = calloc(PAGE, sizeof *page);
    if (page == NULL) {
        return -1;
    }
    for (unsigned code = 0; code < 0x80; code++) {
        uint8_t byte = folded_ascii((uint8_t)code);
        page[code] = inline_entry(&byte, code != '\'');
    }
    memset((void *)folding->pages, 0, sizeof folding->pages);
    folding->pages[0] = page;
    Py_INCREF(fold);
    folding->fold = fold;
    return 0;
}

#endif
