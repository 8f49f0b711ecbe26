/* Whether an article may have lines that aren't prose: in doubt, it may.
 *
 * topicclf.text.furniture decides; this only spares it the articles where it would find nothing, and has
 * to be changed with it. All is done on bytes of UTF-8.
 */

#ifndef TOPICCLF_GATE_H
#define TOPICCLF_GATE_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Short strings, sorted; those that begin with a byte are entries first[byte] to first[byte + 1]. */
typedef struct {
    char *text;
    const char **entries;
    size_t *lengths;
    size_t count;
    size_t first[257];
} Strings;

typedef struct {
    Strings beginnings, signs, stops, at_end, in_open, biography;
} Gate;

#define N_GATE_STRINGS (sizeof(Gate) / sizeof(Strings))

typedef struct {
    const char *text;
    size_t length;
    int open;
} Line;

/* As in topicclf.text.furniture. */
#define LONGEST_LINE 300
#define LONGEST_HEADLINE 140
#define N_EDGE 3
#define N_TAIL 2

static void free_strings(Strings *strings) {
    free(strings->text);
    free((void *)strings->entries);
    free(strings->lengths);
}

/* From sorted strings without empty ones, each ended by a line end; -1 without memory. */
static int make_strings(Strings *strings, const char *joined, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += joined[i] == '\n';
    }
    strings->text = malloc(size + 1);
    strings->entries = malloc((count + 1) * sizeof *strings->entries);
    strings->lengths = malloc((count + 1) * sizeof *strings->lengths);
    if (strings->text == NULL || strings->entries == NULL || strings->lengths == NULL) {
        return -1;
    }
    memcpy(strings->text, joined, size);
    strings->count = count;
    memset(strings->first, 0, sizeof strings->first);
    const char *place = strings->text;
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(place, '\n', (size_t)(strings->text + size - place));
        strings->entries[i] = place;
        strings->lengths[i] = (size_t)(end - place);
        strings->first[(unsigned char)*place + 1]++;
        place = end + 1;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        strings->first[byte + 1] += strings->first[byte];
    }
    return 0;
}

static int begins(const Strings *strings, const char *text, size_t length) {
    unsigned char byte = (unsigned char)*text;
    for (size_t i = strings->first[byte]; i < strings->first[byte + 1]; i++) {
        const char *entry = strings->entries[i];
        size_t n = strings->lengths[i];
        /* The second byte rules out most. */
        if (n <= length && (n == 1 || text[1] == entry[1]) && memcmp(text, entry, n) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The length of the string that it ends with, or 0. */
static size_t ends(const Strings *strings, const char *text, size_t length) {
    for (size_t i = 0; i < strings->count; i++) {
        size_t n = strings->lengths[i];
        if (n <= length && memcmp(text + length - n, strings->entries[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

static int contains(const Strings *strings, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (strings->first[byte] != strings->first[byte + 1] && begins(strings, text + i, length - i)) {
            return 1;
        }
    }
    return 0;
}

static size_t n_characters(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return count;
}

static int is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 28 && c <= 31);
}

static int is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static int is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

/* Whether a word may be broken after the line, or its end may be seen otherwise than here. */
static int ends_oddly(const Gate *gate, const char *text, size_t length) {
    while (length > 0 && is_blank(text[length - 1])) {
        length--;
    }
    if (length == 0) {
        return 0;
    }
    char last = text[length - 1];
    return last == '-' || ((unsigned char)last >= 0x80 && !ends(&gate->stops, text, length));
}

static int may_begin_with_name(const char *text, size_t length) {
    if (is_lower(*text) || (*text >= '0' && *text <= '9') || *text == '_') {
        return 0;
    }
    if (!is_upper(*text)) {
        return 1;
    }
    size_t place = 1;
    while (place < length && !is_blank(text[place])) {
        place++;
    }
    if (place + 1 < length && text[place] == ' ' && is_upper(text[place + 1])) {
        return 1;
    }
    static const char *const words[] = {"The a", "The w", "About the ", "She ", "He ", "They ",
                                        "Additional", "Reporting", "Edit", "Writ", "Words", "Follow"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (n <= length && memcmp(text, words[i], n) == 0) {
            return 1;
        }
    }
    return 0;
}

static int may_be_biography(const Gate *gate, const Line *line) {
    if (!may_begin_with_name(line->text, line->length)) {
        return 0;
    }
    char lower[4 * LONGEST_LINE];
    for (size_t i = 0; i < line->length; i++) {
        char c = line->text[i];
        unsigned char byte = (unsigned char)c;
        /* Some of these are letters of ASCII in the other case. */
        if (byte == 0xC4 || byte == 0xC5 || byte == 0xEF || (byte == 0x84 && i > 0)) {
            return 1;
        }
        lower[i] = is_upper(c) ? (char)(c + 32) : c;
    }
    return (line->length > 2 && memcmp(lower, "by ", 3) == 0) ||
           contains(&gate->biography, lower, line->length);
}

static int may_be_headline(const Gate *gate, const Line *line) {
    const char *text = line->text;
    size_t length = line->length;
    if (is_lower(*text) || (is_upper(*text) && n_characters(text, length) > LONGEST_HEADLINE)) {
        return 0;
    }
    /* A line that ends as sentences do, within quotation marks or not. */
    for (;;) {
        size_t n = ends(&gate->stops, text, length);
        if (n == 0) {
            return length == 0 || (text[length - 1] != ';' && text[length - 1] != ',' && text[length - 1] != ')');
        }
        if (text[length - 1] == '.' || text[length - 1] == ':' ||
            (n == 3 && memcmp(text + length - 3, "\xE2\x80\xA6", 3) == 0)) {
            return 0;
        }
        length -= n;
    }
}

/* Whether it may be a row of links. */
static int may_be_menu(const Line *line) {
    for (size_t i = 1; i + 1 < line->length; i++) {
        char c = line->text[i];
        if ((c == '|' || c == '>' || c == '/' || (unsigned char)c == 0xA2 || (unsigned char)c == 0xB7) &&
            line->text[i + 1] == ' ') {
            return 1;
        }
    }
    return 0;
}

static int may_end_oddly(const Gate *gate, const Line *last, size_t n_short) {
    size_t count = n_short < N_EDGE ? n_short : N_EDGE;
    size_t n_headlines = 0;
    int open = 0;
    for (size_t i = n_short - count; i < n_short; i++) {
        const Line *line = &last[i % N_EDGE];
        if (i + N_TAIL >= n_short && contains(&gate->at_end, line->text, line->length)) {
            return 1;
        }
        if (may_be_biography(gate, line)) {
            return 1;
        }
        open |= line->open;
        n_headlines += (size_t)may_be_headline(gate, line);
    }
    if (open && n_headlines > 1) {
        return 1;
    }
    const Line *end = &last[(n_short - 1) % N_EDGE];
    return end->open && may_be_menu(end);
}

static int may_have_furniture(const Gate *gate, const char *text, size_t size) {
    const char *end = text + size;
    Line last[N_EDGE];
    size_t n_short = 0;
    for (const char *place = text; place <= end;) {
        const char *line_end = place < end ? memchr(place, '\n', (size_t)(end - place)) : NULL;
        size_t length = (size_t)((line_end == NULL ? end : line_end) - place);
        if (length > 0) {
            if (ends_oddly(gate, place, length)) {
                return 1;
            }
            if (length <= LONGEST_LINE ||
                (length <= 4 * LONGEST_LINE && n_characters(place, length) <= LONGEST_LINE)) {
                int open = ends(&gate->stops, place, length) == 0;
                if (begins(&gate->beginnings, place, length) || begins(&gate->signs, place, length) ||
                    (open && contains(&gate->in_open, place, length))) {
                    return 1;
                }
                last[n_short++ % N_EDGE] = (Line){place, length, open};
            }
        }
        place += length + 1;
    }
    return n_short > 0 && may_end_oddly(gate, last, n_short);
}

/* Whether it has what markup, addresses and paths have, as topicclf.text.prose looks for it. */
static int has_marks(const char *text, size_t size) {
    for (const char *mark = "<&]`~/@\\"; *mark != 0; mark++) {
        if (memchr(text, *mark, size) != NULL) {
            return 1;
        }
    }
    const char *end = text + size;
    for (const char *dot = text; (dot = memchr(dot, '.', (size_t)(end - dot))) != NULL; dot++) {
        if (dot - text >= 3 && memcmp(dot - 3, "www", 3) == 0) {
            return 1;
        }
    }
    return 0;
}

#endif
