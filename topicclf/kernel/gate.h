/* Whether an article may have something that isn't prose: in doubt, it may.
 *
 * topicclf.text.prose and topicclf.text.furniture decide; this only spares them the articles where they
 * would find nothing, and has to be changed with them. It reads a text of ASCII itself, and others with
 * their characters narrowed to bytes: a few marks have numbers of their own, and what it needn't
 * tell apart is OTHER.
 */

#ifndef TOPICCLF_GATE_H
#define TOPICCLF_GATE_H

#include "folding.h"

/* As in topicclf.text.furniture. */
#define LONGEST_LINE 300
#define LONGEST_HEADLINE 140
#define MOST_IN_HEADLINE 22
#define LEAST_IN_HEADLINE 3
#define N_EDGE 3
#define ENOUGH (2.5 - 1e-9)
/* A line that only names what follows is no longer. */
#define LONGEST_ALONE 70

#define OTHER 0x80
#define OTHER_CASE 0x81 /* whose other case is a letter of ASCII */
#define HARD_SPACE 0xA0
#define COPYRIGHT 0xA9
#define SOFT_HYPHEN 0xAD

/* The marks that decide, as bytes. */
#define ELLIPSIS 0x85
#define TRIANGLE 0x8A
#define POINTER 0x8B
#define HYPHEN 0x8C
#define APOSTROPHE 0x92
#define OPENING_QUOTE 0x93
#define CLOSING_QUOTE 0x94
#define DOT 0x95
#define EN_DASH 0x96
#define EM_DASH 0x97
#define ANGLE 0x9B
#define GUILLEMET 0xBB
#define MIDDLE_DOT 0xB7

static uint8_t narrowed(uint32_t code) {
    if (code < 0x80) {
        return (uint8_t)code;
    }
    if (code <= 0xFF) {
        return code >= 0xA0 ? (uint8_t)code : code == 0x85 ? HARD_SPACE : OTHER;
    }
    if (code >= 0x2000 && code <= 0x200A) {
        return HARD_SPACE;
    }
    switch (code) {
    case 0x2010:
        return HYPHEN;
    case 0x2013:
        return EN_DASH;
    case 0x2014:
        return EM_DASH;
    case 0x2018:
        return 0x91;
    case 0x2019:
        return APOSTROPHE;
    case 0x201C:
        return OPENING_QUOTE;
    case 0x201D:
        return CLOSING_QUOTE;
    case 0x2022:
        return DOT;
    case 0x2026:
        return ELLIPSIS;
    case 0x203A:
        return ANGLE;
    case 0x25B6:
        return TRIANGLE;
    case 0x25BA:
        return POINTER;
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
        return HARD_SPACE;
    case 0x130:
    case 0x131:
    case 0x17F:
    case 0x212A:
        return OTHER_CASE;
    default:
        return OTHER;
    }
}

/* Each byte is written where it, or what came before it, was read: both may be one buffer. */
static void narrow(const uint32_t *wide, size_t length, uint8_t *text) {
    uint8_t packed[GROUP];
    for (size_t i = 0; i < length;) {
        if (i + GROUP <= length && pack_group(wide + i, packed)) {
            memcpy(text + i, packed, GROUP);
            i += GROUP;
            continue;
        }
        size_t end = i + GROUP < length ? i + GROUP : length;
        for (; i < end; i++) {
            text[i] = narrowed(wide[i]);
        }
    }
}

/* Short strings; those that begin with a byte are entries first[byte] to first[byte + 1]. */
typedef struct {
    uint8_t *text;
    const uint8_t **entries;
    uint8_t *lengths, *places; /* of those that are looked for anywhere: where their rarest three bytes are */
    size_t first[257];
} Strings;

/* The kinds of words, in the order in which they are given. */
enum { IMPERATIVE, READER, MEDIA, PLATFORM, COOKIES, OFTEN, REPORT, PAST, N_WORD_KINDS };

#define N_WORD_SLOTS 1024 /* at most half of them are taken */

typedef struct {
    uint8_t *text;
    const uint8_t *words[N_WORD_SLOTS];
    uint8_t lengths[N_WORD_SLOTS], kinds[N_WORD_SLOTS];
    size_t count;
} KindsOfWords;

/* Lists of strings, in the order in which they are given; from CREDITED on they are looked for anywhere. */
enum {
    SIGNS, STOPS, BEGINNINGS, OPENED, OPENED_ALONE, CREDITED, IN_OPEN, AT_END, WRITERS, WRITING, INVITATIONS,
    N_STRINGS
};

/* Three bytes of each string that is looked for anywhere, in lower case, say which lists it may be of. */
#define THREES 4096
#define SEARCHED(list) (1u << ((list) - CREDITED))

enum { BLANK = 1, WORD = 2, SIGN = 4, STOP = 8, BULLET = 16 };

typedef struct {
    Strings strings[N_STRINGS];
    KindsOfWords kinds;
    uint8_t classes[256];
    uint8_t threes[THREES];
} Gate;

typedef struct {
    const uint8_t *text;
    size_t length;
    int odd; /* short, and begins or ends as few paragraphs do */
} Line;

static void free_gate(Gate *gate) {
    for (size_t i = 0; i < N_STRINGS; i++) {
        free(gate->strings[i].text);
        free((void *)gate->strings[i].entries);
        free(gate->strings[i].lengths);
        free(gate->strings[i].places);
    }
    free(gate->kinds.text);
}

/* From strings, each ended by a line end; they take the text over. -1 without memory. */
static int make_strings(Strings *strings, uint8_t *text, size_t size) {
    size_t count = 0;
    strings->text = text;
    for (size_t i = 0; i < size; i++) {
        count += text[i] == '\n';
    }
    strings->entries = malloc((count + 1) * sizeof *strings->entries);
    strings->lengths = malloc(count + 1);
    strings->places = malloc(count + 1);
    if (strings->entries == NULL || strings->lengths == NULL || strings->places == NULL) {
        return -1;
    }
    size_t n = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        strings->first[byte] = n;
        for (const uint8_t *start = text, *end; start < text + size; start = end + 1) {
            end = memchr(start, '\n', (size_t)(text + size - start));
            if (end > start && *start == byte) {
                strings->entries[n] = start;
                strings->lengths[n++] = (uint8_t)(end - start < 255 ? end - start : 255);
            }
        }
    }
    strings->first[256] = n;
    return 0;
}

/* The number of three bytes; one more is read. */
static inline unsigned three_at(const uint8_t *text) {
    uint32_t bytes;
    memcpy(&bytes, text, sizeof bytes);
    return ((bytes | 0x202020) << 8) * UINT32_C(0x9E3779B1) >> 20;
}

/* Where in a string the three bytes are that are rarest in English. */
static size_t rare_place(const uint8_t *string, size_t length) {
    static const char usual[] = " etaoinsrhldcumfpgwybvk.";
    size_t best = 0, most = 0;
    for (size_t i = 0; i + 2 < length; i++) {
        size_t rarity = 0;
        for (size_t j = i; j < i + 3; j++) {
            const char *place = memchr(usual, string[j], sizeof usual);
            rarity += place ? (size_t)(place - usual) : sizeof usual;
        }
        if (rarity > most) {
            most = rarity;
            best = i;
        }
    }
    return best;
}

/* Enter the strings of a list that is looked for anywhere; -1 where one is too short. */
static int enter_threes(Gate *gate, unsigned list) {
    Strings *strings = &gate->strings[list];
    for (size_t i = 0; i < strings->first[256]; i++) {
        if (strings->lengths[i] < 3) {
            return -1;
        }
        size_t place = rare_place(strings->entries[i], strings->lengths[i]);
        strings->places[i] = (uint8_t)place;
        gate->threes[three_at(strings->entries[i] + place)] |= (uint8_t)SEARCHED(list);
    }
    return 0;
}

static uint32_t word_hash(const uint8_t *word, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ word[i]) * 16777619u;
    }
    return hash ^ hash >> 15;
}

/* Where a word is, or would be. */
static size_t word_slot(const KindsOfWords *kinds, const uint8_t *word, size_t length) {
    size_t slot = word_hash(word, length) % N_WORD_SLOTS;
    while (kinds->words[slot] != NULL &&
           (kinds->lengths[slot] != length || memcmp(kinds->words[slot], word, length) != 0)) {
        slot = (slot + 1) % N_WORD_SLOTS;
    }
    return slot;
}

/* From a line for each kind, its words with a space between them; takes the text over. -1 where there are too
 * many, or one is too long. */
static int make_kinds(KindsOfWords *kinds, uint8_t *text, size_t size) {
    kinds->text = text;
    unsigned kind = 0;
    for (size_t place = 0; place < size;) {
        size_t end = place;
        while (text[end] != ' ' && text[end] != '\n') {
            end++;
        }
        if (kind >= N_WORD_KINDS || end - place > 255) {
            return -1;
        }
        if (end > place) {
            size_t slot = word_slot(kinds, text + place, end - place);
            if (kinds->words[slot] == NULL && ++kinds->count > N_WORD_SLOTS / 2) {
                return -1;
            }
            kinds->words[slot] = text + place;
            kinds->lengths[slot] = (uint8_t)(end - place);
            kinds->kinds[slot] |= (uint8_t)(1u << kind);
        }
        kind += text[end] == '\n';
        place = end + 1;
    }
    return 0;
}

static int is_upper(uint8_t c) {
    return c >= 'A' && c <= 'Z';
}

static int is_lower(uint8_t c) {
    return c >= 'a' && c <= 'z';
}

static int is_letter(uint8_t c) {
    return is_upper(c) || is_lower(c);
}

static int is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* Whether it is a letter, or may be one. */
static int may_be_letter(uint8_t c) {
    return is_letter(c) || c == OTHER || c == OTHER_CASE || (c >= 0xAA && c != SOFT_HYPHEN);
}

static void make_classes(Gate *gate) {
    for (unsigned c = 0; c < 256; c++) {
        /* Superscripts and fractions count as digits. */
        int word = is_letter((uint8_t)c) || is_digit((uint8_t)c) || c == '_' || c == OTHER ||
                   c == OTHER_CASE || c == 0xAA || c == 0xB2 || c == 0xB3 || c == 0xB5 || (c >= 0xB9 && c <= 0xBE && c != GUILLEMET) ||
                   (c >= 0xC0 && c != 0xD7 && c != 0xF7);
        int blank = c == ' ' || (c >= '\t' && c <= '\r') || (c >= 28 && c <= 31) || c == HARD_SPACE;
        gate->classes[c] = (uint8_t)((word ? WORD : 0) | (blank ? BLANK : 0));
    }
    static const uint8_t bullets[] = {'-', '*', '>', '#', '.', ')', DOT, EN_DASH, EM_DASH,
                                      MIDDLE_DOT, TRIANGLE, POINTER, GUILLEMET, ANGLE};
    for (size_t i = 0; i < sizeof bullets; i++) {
        gate->classes[bullets[i]] |= BULLET;
    }
    for (unsigned set = SIGNS; set <= STOPS; set++) {
        const Strings *strings = &gate->strings[set];
        for (size_t i = 0; i < strings->first[256]; i++) {
            gate->classes[*strings->entries[i]] |= set == SIGNS ? SIGN : STOP;
        }
    }
}

static int is(const Gate *gate, uint8_t c, int kind) {
    return gate->classes[c] & kind;
}

static int begins(const Strings *strings, const uint8_t *text, size_t length) {
    for (size_t i = strings->first[*text]; i < strings->first[*text + 1]; i++) {
        const uint8_t *entry = strings->entries[i];
        size_t n = strings->lengths[i];
        /* The second byte rules out most. */
        if (n <= length && (n == 1 || text[1] == entry[1]) && memcmp(text, entry, n) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Whether a string is here, in lower case where it is of such a list. */
static int is_here(unsigned list, const uint8_t *text, const uint8_t *entry, size_t length) {
    if (list < WRITERS) {
        return memcmp(text, entry, length) == 0;
    }
    for (size_t i = 0; i < length; i++) {
        uint8_t c = is_upper(text[i]) ? text[i] + 32 : text[i] == APOSTROPHE ? '\'' : text[i];
        if (c != entry[i]) {
            return 0;
        }
    }
    return 1;
}

/* Whether a text has a string around the three bytes at a place. */
static int contains_at(const Gate *gate, unsigned list, const uint8_t *text, size_t length, size_t at) {
    const Strings *strings = &gate->strings[list];
    for (size_t i = 0; i < strings->first[256]; i++) {
        const uint8_t *entry = strings->entries[i];
        size_t n = strings->lengths[i], place = strings->places[i];
        if ((entry[place] ^ text[at]) & 0xDF || place > at || n > length - (at - place)) {
            continue;
        }
        if (is_here(list, text + at - place, entry, n)) {
            return 1;
        }
    }
    return 0;
}

/* Which of the lists are found where three bytes of theirs may be. */
static unsigned found_at(const Gate *gate, unsigned may, const uint8_t *text, size_t length, size_t at) {
    unsigned found = 0;
    for (unsigned list = CREDITED; may; list++, may >>= 1) {
        found |= may & 1 && contains_at(gate, list, text, length, at) ? SEARCHED(list) : 0;
    }
    return found;
}

#define STEP 8

/* Which of some lists a text has a string of. */
static unsigned contained(const Gate *gate, unsigned lists, const uint8_t *text, size_t length) {
    unsigned found = 0;
    for (size_t i = 0; i + 2 < length; i += STEP) {
        size_t end = i + STEP + 2 <= length ? i + STEP : length - 2;
        unsigned may = 0;
        if (end == i + STEP) {
            for (size_t j = 0; j < STEP; j++) {
                may |= gate->threes[three_at(text + i + j)];
            }
            if (!(may & lists)) {
                continue;
            }
        }
        for (size_t j = i; j < end; j++) {
            may = gate->threes[three_at(text + j)] & lists & ~found;
            found |= found_at(gate, may, text, length, j);
        }
    }
    return found;
}

static int contains(const Gate *gate, unsigned list, const uint8_t *text, size_t length) {
    return contained(gate, SEARCHED(list), text, length) != 0;
}

static int begins_with(Line line, const char *start) {
    size_t n = strlen(start);
    return n <= line.length && memcmp(line.text, start, n) == 0;
}

static int has(Line line, const char *part) {
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= line.length; i++) {
        if (line.text[i] == (uint8_t)*part && memcmp(line.text + i, part, n) == 0) {
            return 1;
        }
    }
    return 0;
}

static Line stripped(const Gate *gate, const uint8_t *text, size_t length) {
    while (length > 0 && is(gate, text[length - 1], BLANK)) {
        length--;
    }
    while (length > 0 && is(gate, *text, BLANK)) {
        text++;
        length--;
    }
    return (Line){text, length, 0};
}

static int is_open(const Gate *gate, Line line) {
    return !is(gate, line.text[line.length - 1], STOP);
}

/* What a line's words are. */
typedef struct {
    uint8_t lower[LONGEST_LINE];
    unsigned counts[N_WORD_KINDS];
    int bids; /* whether it, or a part of it, may begin with an imperative */
} Look;

/* Whether the word that begins here is the first after a stop. */
static int follows_stop(const Gate *gate, const uint8_t *lower, size_t start) {
    for (int please = 0; please < 2; please++) {
        while (start > 0 && is(gate, lower[start - 1], BLANK)) {
            start--;
        }
        if (start < 6 || memcmp(lower + start - 6, "please", 6) != 0) {
            break;
        }
        start -= 6;
    }
    uint8_t before = start > 0 ? lower[start - 1] : 0;
    return before == EN_DASH || before == EM_DASH || (before && strchr(":;.!?|-", before) != NULL);
}

static void look_at_words(const Gate *gate, Line line, Look *look) {
    uint8_t *lower = look->lower;
    memset(look->counts, 0, sizeof look->counts);
    look->bids = 0;
    for (size_t i = 0; i < line.length; i++) {
        uint8_t c = line.text[i];
        lower[i] = is_upper(c) ? c + 32 : c == APOSTROPHE ? '\'' : c;
    }
    int first = 1;
    for (size_t end = 0; end < line.length; end++) {
        if (!is(gate, lower[end], WORD)) {
            continue;
        }
        size_t start = end;
        while (end < line.length &&
               (is(gate, lower[end], WORD) ||
                ((lower[end] == '\'' || lower[end] == '-') && end + 1 < line.length &&
                 is(gate, lower[end + 1], WORD)))) {
            end++;
        }
        /* A name after "@" is another word. */
        int named = start > 0 && lower[start - 1] == '@';
        size_t slot = named ? 0 : word_slot(&gate->kinds, lower + start, end - start);
        unsigned kinds = named ? 0 : gate->kinds.kinds[slot];
        for (unsigned kind = 0; kinds >> kind; kind++) {
            look->counts[kind] += kinds >> kind & 1;
        }
        if (kinds >> IMPERATIVE & 1) {
            look->bids |= first || follows_stop(gate, lower, start);
        }
        first = 0;
    }
}

static int may_begin_with_name(Line line) {
    uint8_t c = *line.text;
    if (is_lower(c) || is_digit(c) || c == '_') {
        return 0;
    }
    if (!is_upper(c)) {
        return 1;
    }
    const uint8_t *space = memchr(line.text, ' ', line.length);
    if (space != NULL && space + 1 < line.text + line.length && is_upper(space[1])) {
        return 1;
    }
    if (strchr("TASHREWF", c) == NULL) {
        return 0;
    }
    static const char *const words[] = {"The a", "The w", "About the ", "She ", "He ", "They ",
                                        "Additional", "Reporting", "Edit", "Writ", "Words", "Follow"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (begins_with(line, words[i])) {
            return 1;
        }
    }
    return 0;
}

/* Whether it may be a row of links. */
static int may_be_menu(const Gate *gate, Line line) {
    unsigned rows = 0;
    if (!is_open(gate, line)) {
        return 0;
    }
    for (size_t i = 1; i + 1 < line.length; i++) {
        uint8_t c = line.text[i];
        if (is_digit(c)) {
            return 0;
        }
        rows += (c == '|' || c == '>' || c == '/' || c == DOT || c == MIDDLE_DOT) && line.text[i + 1] == ' ';
    }
    return rows > 1;
}

static int may_be_headline(const Gate *gate, Line line) {
    const uint8_t *text = line.text;
    size_t length = line.length, end = length;
    while (end > 0 && (text[end - 1] == '?' || text[end - 1] == '!' || text[end - 1] == '\'' ||
                       text[end - 1] == '"' || text[end - 1] == APOSTROPHE || text[end - 1] == CLOSING_QUOTE)) {
        end--;
    }
    uint8_t last = end > 0 ? text[end - 1] : 0;
    if (last == ELLIPSIS || (last != 0 && strchr(".:;,)", last) != NULL)) {
        return 0;
    }
    while (length > 0 && (is_digit(*text) || is(gate, *text, BLANK | BULLET))) {
        text++;
        length--;
    }
    if (length == 0 || length > LONGEST_HEADLINE || is_lower(*text)) {
        return 0;
    }
    size_t n_words = 1;
    for (size_t i = 1; i < length; i++) {
        if (text[i] == '|' || text[i] == '\t' || (text[i] == ' ' && text[i - 1] == ' ')) {
            return 0;
        }
        n_words += is(gate, text[i - 1], BLANK) && !is(gate, text[i], BLANK);
    }
    /* Others may be digits, which are no part of the title. */
    return *text == OTHER || (n_words >= LEAST_IN_HEADLINE && n_words <= MOST_IN_HEADLINE);
}

/* Whether it begins or ends as few paragraphs do. */
static int is_odd(const Gate *gate, Line line) {
    const uint8_t *text = line.text;
    size_t length = line.length;
    if (is(gate, *text, SIGN)) {
        while (length > 1 && ((is(gate, *text, SIGN) && *text != COPYRIGHT) || *text == ' ' || *text == '\t')) {
            text++;
            length--;
        }
    }
    return begins(&gate->strings[BEGINNINGS], text, length) || *text == COPYRIGHT ||
           (length > 1 && text[0] == 'c' && text[1] == ')') ||
           (is_open(gate, line) && contains(gate, IN_OPEN, text, length));
}

/* Whether it may name what follows it, or whose a picture is. */
static int may_be_opened(const Gate *gate, Line line, const Look *look) {
    size_t start = 0;
    if (*line.text == COPYRIGHT) {
        return 1;
    }
    while (start < line.length && !is_letter(line.text[start]) && !is_digit(line.text[start])) {
        start++;
    }
    if (start == line.length) {
        return 0;
    }
    const uint8_t *text = look->lower + start;
    size_t length = line.length - start;
    if (begins(&gate->strings[OPENED], text, length)) {
        return 1;
    }
    if (!begins(&gate->strings[OPENED_ALONE], text, length)) {
        return 0;
    }
    int alone = line.length <= LONGEST_ALONE;
    for (size_t i = 0; i < length && !alone; i++) {
        uint8_t c = text[i];
        alone = c == ':' || c == '|' || c == '>' || c == '/' || c == '-' || c == EN_DASH || c == EM_DASH ||
                c == GUILLEMET || c == ANGLE;
    }
    return alone;
}

static unsigned at_most(unsigned count, unsigned most) {
    return count < most ? count : most;
}

/* As _score there. */
static double score_of(const Gate *gate, Line line, const Look *look, int edge) {
    const unsigned *counts = look->counts;
    unsigned platforms = counts[PLATFORM] + (memchr(line.text, '@', line.length) != NULL);
    int cookies = has(line, "ookie"), letters = has(line, "ewsletter");
    int invites = contains(gate, INVITATIONS, line.text, line.length);
    int quotes = memchr(line.text, '"', line.length) != NULL ||
                 memchr(line.text, OPENING_QUOTE, line.length) != NULL;
    double score = 1.2 * at_most(counts[MEDIA], 2) + 1.2 * at_most(platforms, 3) + 1.0 * look->bids;
    score += 0.7 * (counts[READER] > 0) + 0.4 * at_most(counts[OFTEN], 2) + 1.5 * invites;
    score -= !(look->bids || invites || cookies || letters);
    score += cookies ? 1.2 + 0.7 * at_most(counts[COOKIES], 3) : 0;
    score += 0.5 * is_open(gate, line) + 0.5 * edge;
    score -= 4.5 * (counts[REPORT] > 0) + 0.7 * at_most(counts[PAST], 3);
    return score - 1.5 * quotes - 0.5 * (line.length > 160);
}

/* Whether a line that is odd, or has what few lines have at an article's end, may be furniture. */
static int may_score(const Gate *gate, Line line, const Look *look, int edge) {
    /* Some others part words, and some are two characters in lower case. */
    return memchr(line.text, OTHER, line.length) != NULL ||
           memchr(line.text, OTHER_CASE, line.length) != NULL || may_be_opened(gate, line, look) ||
           contains(gate, CREDITED, line.text, line.length) || score_of(gate, line, look, edge) >= ENOUGH;
}

static int says_what_someone_is(Line lower) {
    return has(lower, " is ") || has(lower, " are ") || has(lower, " was ");
}

/* Whether it may be "By" and a name of two words or more. */
static int may_be_byline(Line line) {
    const uint8_t *text = line.text;
    if (line.length < 5 || !((text[0] | 0x20) == 'b' && (text[1] | 0x20) == 'y' && text[2] == ' ')) {
        return 0;
    }
    const uint8_t *space = memchr(text + 3, ' ', line.length - 3);
    return space != NULL && space + 1 < text + line.length && is_upper(text[3]) && is_upper(space[1]);
}

/* Whether it may be furniture, one of the last lines of an article that it is. */
static int may_be_furniture_at_end(const Gate *gate, Line line) {
    if (line.length > LONGEST_LINE) {
        return 0;
    }
    if (may_be_menu(gate, line) || memchr(line.text, OTHER_CASE, line.length) != NULL) {
        return 1;
    }
    int named = may_begin_with_name(line);
    unsigned lists = SEARCHED(AT_END) | (named ? SEARCHED(WRITERS) | SEARCHED(WRITING) : 0);
    unsigned found = contained(gate, lists, line.text, line.length);
    int byline = named && may_be_byline(line);
    if (!line.odd && !byline && !found) {
        return 0;
    }
    Look look;
    look_at_words(gate, line, &look);
    int biography = byline || found & SEARCHED(WRITING) ||
                    (found & SEARCHED(WRITERS) && says_what_someone_is((Line){look.lower, line.length, 0}));
    if (!line.odd && !biography && !(found & SEARCHED(AT_END))) {
        return 0;
    }
    return (biography && look.counts[REPORT] == 0) || may_score(gate, line, &look, 1);
}

static int may_be_furniture(const Gate *gate, Line line) {
    Look look;
    if (!line.odd) {
        return 0;
    }
    look_at_words(gate, line, &look);
    return may_score(gate, line, &look, 0);
}

/* Whether a word may be broken between two lines. */
static int may_be_broken(const uint8_t *text, size_t length, const uint8_t *next, const uint8_t *end) {
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t' || text[length - 1] == '\r')) {
        length--;
    }
    if (length < 2 ||
        (text[length - 1] != '-' && text[length - 1] != HYPHEN && text[length - 1] != SOFT_HYPHEN) ||
        !may_be_letter(text[length - 2])) {
        return 0;
    }
    while (next < end && (*next == ' ' || *next == '\t')) {
        next++;
    }
    return next < end && (is_lower(*next) || (*next >= 0x80 && may_be_letter(*next)));
}

/* The lines that may be furniture, by their numbers among those that aren't blank; each once or twice. */
typedef struct {
    size_t *numbers;
    size_t count, room;
} Suspects;

/* Take note of a line. Whether that is the end of it: without suspects the first decides. */
static int suspect(Suspects *suspects, size_t number, int *status) {
    *status = 1;
    if (suspects == NULL) {
        return 1;
    }
    if (suspects->count == suspects->room) {
        size_t room = 2 * suspects->room + 16;
        size_t *numbers = realloc(suspects->numbers, room * sizeof *numbers);
        if (numbers == NULL) {
            *status = -1;
            return 1;
        }
        suspects->numbers = numbers;
        suspects->room = room;
    }
    suspects->numbers[suspects->count++] = number;
    return 0;
}

/* Whether an article may have furniture or broken words; all suspects are gathered if they are asked for. -1
 * without memory. */
static int may_have_furniture(const Gate *gate, const uint8_t *text, size_t size, Suspects *suspects) {
    const uint8_t *end = text + size;
    Line last[N_EDGE];
    size_t count = 0;
    int status = 0;
    for (const uint8_t *place = text, *line_end; place < end; place = line_end + 1) {
        line_end = memchr(place, '\n', (size_t)(end - place));
        if (line_end == NULL) {
            line_end = end;
        } else if (may_be_broken(place, (size_t)(line_end - place), line_end + 1, end)) {
            status = 1;
            if (suspects == NULL) {
                return 1;
            }
        }
        Line line = stripped(gate, place, (size_t)(line_end - place));
        if (line.length > 0) {
            line.odd = line.length <= LONGEST_LINE && is_odd(gate, line);
            if (may_be_furniture(gate, line) && suspect(suspects, count, &status)) {
                return status;
            }
            last[count++ % N_EDGE] = line;
        }
    }
    size_t n_edge = count < N_EDGE ? count : N_EDGE;
    /* Without furniture before them, headlines have to be so many. */
    int headlines = count >= N_EDGE;
    for (size_t i = count - n_edge; i < count; i++) {
        Line line = last[i % N_EDGE];
        if (may_be_furniture_at_end(gate, line) && suspect(suspects, i, &status)) {
            return status;
        }
        headlines = headlines && may_be_headline(gate, line);
    }
    return status || headlines;
}

/* Whether a token with a slash may hold an address or a path. */
static int may_be_path(const Gate *gate, const uint8_t *text, const uint8_t *slash, const uint8_t *end) {
    const uint8_t *start = slash;
    while (start > text && !is(gate, start[-1], BLANK)) {
        start--;
    }
    for (; start < end && !is(gate, *start, BLANK); start++) {
        if ((*start == '/' && start != slash) ||
            (*start == '.' && start + 1 < end && is_lower(start[1]))) {
            return 1;
        }
    }
    return 0;
}

static int is_reference(const uint8_t *place, const uint8_t *end) {
    place += place < end && *place == '#';
    const uint8_t *start = place;
    while (place < end && (is_letter(*place) || is_digit(*place))) {
        place++;
    }
    return place > start && place < end && *place == ';';
}

/* Whether a mark may be one of markup, an address or a path, as topicclf.text.prose looks for it. */
static int may_be_mark(const Gate *gate, const uint8_t *text, const uint8_t *place, const uint8_t *end) {
    uint8_t before = place > text ? place[-1] : ' ', after = place + 1 < end ? place[1] : ' ';
    switch (*place) {
    case '<':
        return is_letter(after) || after == '/' || after == '!';
    case '&':
        return is_reference(place + 1, end);
    case ']':
        return after == '(' || after == '[' || after == ':';
    case '`':
    case '~':
        return after == *place && place + 2 < end && place[2] == *place;
    case '@':
        return (is(gate, before, WORD) || (before && strchr(".+-", before) != NULL)) &&
               (is(gate, after, WORD) || after == '-');
    case '\\':
        return after == '\\' || before == ':' || before == '\\';
    default:
        return may_be_path(gate, text, place, end);
    }
}

static int may_have_marks(const Gate *gate, const uint8_t *text, size_t size) {
    const uint8_t *end = text + size;
    for (const char *mark = "<&]`~/@\\"; *mark != 0; mark++) {
        for (const uint8_t *place = text; (place = memchr(place, *mark, (size_t)(end - place))) != NULL; place++) {
            if (may_be_mark(gate, text, place, end)) {
                return 1;
            }
        }
    }
    for (const uint8_t *dot = text; (dot = memchr(dot, '.', (size_t)(end - dot))) != NULL; dot++) {
        if (dot - text >= 3 && (dot[-1] | 0x20) == 'w' && (dot[-2] | 0x20) == 'w' && (dot[-3] | 0x20) == 'w') {
            return 1;
        }
    }
    return 0;
}

/* Whether a text is prose; in doubt, it isn't. */
static int is_prose(const Gate *gate, const uint8_t *text, size_t size) {
    return !may_have_marks(gate, text, size) &&
           (memchr(text, '\n', size) == NULL || !may_have_furniture(gate, text, size, NULL));
}

#endif
