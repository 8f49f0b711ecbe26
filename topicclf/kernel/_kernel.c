/* The compiled kernel: texts to numbered words, and to probabilities.
 *
 * Lexicon, Rows and Judge never change once they are made, so any thread may use them. What a call works
 * with is its own: it takes a Scratch from the lexicon's spares, or makes one, and puts it back.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stddef.h>

#include "descent.h"
#include "folding.h"
#include "gate.h"
#include "lexicon.h"
#include "scoring.h"
#include "walk.h"

/* Letting other threads run costs as much as this many characters. */
#define RELEASE_FROM 8192
#define N_SPARES 8
/* A Scratch that has grown past this is not kept. */
#define MOST_KEPT (8u << 20)

typedef struct {
    PyTypeObject *lexicon_type, *rows_type, *judge_type;
    PyObject *isascii;
} State;

typedef struct {
    PyObject_HEAD
    Lexicon lexicon;
    Folding folding;
    PyObject *isascii;
    Scratch *volatile spares[N_SPARES];
} LexiconObject;

typedef struct {
    PyObject_HEAD
    LexiconObject *lexicon;
    Weights weights;
} RowsObject;

typedef struct {
    PyObject_HEAD
    RowsObject *rows;
    Join join;
    const double *thresholds;
    double *numbers;
    PyObject *topics;
} JudgeObject;

static PyObject *allocated(PyTypeObject *type) {
    return ((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
}

static void release(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

/* Scratch */

static void free_rooms(Room *rooms, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(rooms[i].data);
    }
}

static size_t size_of_rooms(const Room *rooms, size_t count) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += rooms[i].size;
    }
    return size;
}

#define N_DESK_ROOMS (sizeof(Desk) / sizeof(Room))
#define N_SCRATCH_ROOMS (offsetof(Scratch, counted) / sizeof(Room))

static void free_desk(Desk *desk) {
    free_rooms((Room *)desk, N_DESK_ROOMS);
}

static void free_scratch(Scratch *scratch) {
    if (scratch != NULL) {
        free_desk(&scratch->desk);
        free_rooms((Room *)scratch, N_SCRATCH_ROOMS);
        free(scratch);
    }
}

static Scratch *take_scratch(LexiconObject *self) {
    for (size_t i = 0; i < N_SPARES; i++) {
        if (self->spares[i] != NULL) {
            Scratch *scratch = SWAP_POINTER(&self->spares[i], NULL);
            if (scratch != NULL) {
                return scratch;
            }
        }
    }
    Scratch *scratch = calloc(1, sizeof *scratch);
    if (scratch == NULL) {
        PyErr_NoMemory();
    }
    return scratch;
}

static void put_back(LexiconObject *self, Scratch *scratch) {
    size_t size = size_of_rooms((const Room *)scratch, N_SCRATCH_ROOMS) +
                  size_of_rooms((const Room *)&scratch->desk, N_DESK_ROOMS);
    for (size_t i = 0; size <= MOST_KEPT && scratch != NULL && i < N_SPARES; i++) {
        if (self->spares[i] == NULL) {
            scratch = SWAP_POINTER(&self->spares[i], scratch);
        }
    }
    free_scratch(scratch);
}

/* Buffers */

/* Open a buffer of so many items of a size and kind ('i' for integers, 'f' for floats). */
static int open_buffer(PyObject *given, Py_buffer *view, const char *name, char kind, size_t size,
                       Py_ssize_t count, int flags) {
    if (PyObject_GetBuffer(given, view, flags | PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) < 0) {
        return -1;
    }
    const char *format = view->format ? view->format : "B";
    format += *format == '<' || *format == '=' || *format == '@';
    int fits = kind == 'i' ? (*format == 'l' || *format == 'q') : *format == (size == 8 ? 'd' : 'f');
    if (!fits || format[1] || view->itemsize != (Py_ssize_t)size) {
        PyErr_Format(PyExc_TypeError, "%s must be an array of %s%d, not of '%s'", name,
                     kind == 'i' ? "int" : "float", (int)size * 8,
                     view->format ? view->format : "B");
        PyBuffer_Release(view);
        return -1;
    }
    if (count >= 0 && view->len / (Py_ssize_t)size != count) {
        PyErr_Format(PyExc_ValueError, "%s must have %zd items, not %zd", name, count,
                     view->len / (Py_ssize_t)size);
        PyBuffer_Release(view);
        return -1;
    }
    return 0;
}

/* Texts */

/* Whether a text is ASCII, so that its bytes are at hand; -1 with an exception. */
static int is_ascii(PyObject *isascii, PyObject *text) {
    PyObject *ascii = PyObject_CallFunctionObjArgs(isascii, text, NULL);
    if (ascii == NULL) {
        return -1;
    }
    int answer = ascii == Py_True;
    Py_DECREF(ascii);
    return answer;
}

static int look_at(LexiconObject *self, PyObject *given, const char *name, Text *text) {
    if (!PyUnicode_Check(given)) {
        PyObject *type = PyType_GetName(Py_TYPE(given));
        if (type != NULL) {
            PyErr_Format(PyExc_TypeError, "%s must be a str, not %U", name, type);
            Py_DECREF(type);
        }
        return -1;
    }
    int ascii = is_ascii(self->isascii, given);
    if (ascii < 0) {
        return -1;
    }
    Py_ssize_t length;
    text->ascii = NULL;
    text->wide = NULL;
    if (ascii) {
        /* Of ASCII this is the text itself; of others it would be a copy that stays with them. */
        text->ascii = (const uint8_t *)PyUnicode_AsUTF8AndSize(given, &length);
        if (text->ascii == NULL) {
            return -1;
        }
    } else {
        length = PyUnicode_GetLength(given);
    }
    text->length = (size_t)length;
    return length < 0 ? -1 : 0;
}

static int copy_wide(Desk *desk, PyObject *const *given, Text *texts, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += texts[i].ascii ? 0 : texts[i].length;
    }
    if (!total) {
        return 0;
    }
    if (total > SIZE_MAX / 8 || reserve(&desk->wide, total * sizeof(Py_UCS4)) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    Py_UCS4 *next = desk->wide.data;
    for (size_t i = 0; i < count; i++) {
        if (texts[i].ascii) {
            continue;
        }
        if (!PyUnicode_AsUCS4(given[i], next, (Py_ssize_t)texts[i].length, 0)) {
            return -1;
        }
        texts[i].wide = (const uint32_t *)next;
        next += texts[i].length;
    }
    return 0;
}

/* Take the GIL back, if it was released, and see to an exception where something failed. */
static int done(PyThreadState *thread, int status) {
    if (thread) {
        PyEval_RestoreThread(thread);
    }
    if (status < 0 && !PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    return status;
}

/* The texts of articles, looked at: titles and texts in turn. */
typedef struct {
    PyObject **given;
    Text *texts;
    size_t n_articles, n_characters;
} Articles;

/* Look at articles whose titles and texts are alive for as long as the tuples are. */
static int look_at_articles(LexiconObject *self, Desk *desk, PyObject *texts,
                            PyObject *titles, Articles *articles) {
    size_t count = (size_t)PyTuple_Size(texts);
    if (reserve(&desk->texts, 2 * count * (sizeof(Text) + sizeof(PyObject *)) + 1) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    articles->texts = desk->texts.data;
    articles->given = (PyObject **)(articles->texts + 2 * count);
    articles->n_articles = count;
    articles->n_characters = 0;
    static const Text nothing = {(const uint8_t *)"", NULL, 0};
    for (size_t i = 0; i < 2 * count; i++) {
        PyObject *from = i % 2 ? texts : titles;
        PyObject *given = from ? PyTuple_GetItem(from, (Py_ssize_t)(i / 2)) : NULL;
        articles->given[i] = given;
        articles->texts[i] = nothing;
        if (from && (!given || look_at(self, given, i % 2 ? "a text" : "a title",
                                       &articles->texts[i]) < 0)) {
            return -1;
        }
        articles->n_characters += articles->texts[i].length;
    }
    return copy_wide(desk, articles->given, articles->texts, 2 * count);
}

static Walk walk_of(LexiconObject *self, Scratch *scratch, const Weights *weights,
                    PyThreadState **thread) {
    Walk walk = {.lexicon = &self->lexicon,
                 .folding = &self->folding,
                 .scratch = scratch,
                 .thread = thread};
    if (weights) {
        walk.rows = (const char *)weights->rows;
        walk.row_size = weights->width * sizeof(float);
    }
    return walk;
}

static int walk_next(Walk *walk, const Text *texts) {
    /* Without a title there is no empty line either. */
    return texts[0].length ? walk_article(walk, texts, 2) : walk_article(walk, texts + 1, 1);
}

/* Lexicon */

static void lexicon_dealloc(PyObject *object) {
    LexiconObject *self = (LexiconObject *)object;
    for (size_t i = 0; i < N_SPARES; i++) {
        free_scratch(self->spares[i]);
    }
    free_lexicon(&self->lexicon);
    free_folding(&self->folding);
    Py_XDECREF(self->isascii);
    release(object);
}

/* Where each word of the surfaces starts and ends; NULL without memory. */
static size_t *split(const char *bytes, size_t length, size_t *count) {
    size_t *bounds = malloc((length + 2) * sizeof *bounds);
    size_t n = 0;
    for (size_t i = 0; bounds != NULL && i < length; i++) {
        int is_word = bytes[i] != ' ';
        if (is_word && (!i || bytes[i - 1] == ' ')) {
            bounds[n++] = i;
        }
        if (is_word && (i + 1 == length || bytes[i + 1] == ' ')) {
            bounds[n++] = i + 1;
        }
    }
    *count = n / 2;
    return bounds;
}

static int check_numbers(const Py_buffer *view, int64_t end, const char *name) {
    const int64_t *numbers = view->buf;
    for (Py_ssize_t i = 0; i < view->len / 8; i++) {
        if (numbers[i] < 0 || numbers[i] >= end) {
            PyErr_Format(PyExc_ValueError, "%s %lld is out of range", name, (long long)numbers[i]);
            return -1;
        }
    }
    return 0;
}

static int fill(LexiconObject *self, PyObject *surfaces, const Py_buffer *terms,
                const Py_buffer *pairs, const Py_buffer *idf, uint64_t salt) {
    char *bytes;
    Py_ssize_t length;
    if (PyBytes_AsStringAndSize(surfaces, &bytes, &length) < 0) {
        return -1;
    }
    int64_t base = (int64_t)self->lexicon.unknown + 1;
    if (check_numbers(terms, base, "the term") < 0 || check_numbers(pairs, base * base, "pair") < 0) {
        return -1;
    }
    Words words = {.terms = terms->buf};
    uint8_t *padded = calloc((size_t)length + 4 * BLOCK, 1);
    size_t *bounds = split(bytes, (size_t)length, &words.n_words);
    int status = NO_MEMORY;
    if (padded != NULL && bounds != NULL) {
        memcpy(padded, bytes, (size_t)length);
        words.bytes = padded;
        words.bounds = bounds;
        if ((Py_ssize_t)words.n_words != terms->len / 8) {
            PyErr_Format(PyExc_ValueError, "there are %zd words and %zd terms",
                         (Py_ssize_t)words.n_words, terms->len / 8);
        } else {
            status = build_lexicon(&self->lexicon, &words, pairs->buf, idf->buf, salt);
        }
    }
    free(padded);
    free(bounds);
    if (status == REPEATED) {
        PyErr_SetString(PyExc_ValueError, "the words, or the pairs, are not distinct");
    } else if (status == TOO_FULL) {
        PyErr_SetString(PyExc_ValueError, "no table holds these words and pairs");
    } else if (status != DONE && !PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    return status == DONE ? 0 : -1;
}

static PyObject *lexicon_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"surfaces", "terms", "pairs", "idf", "fold", "salt", NULL};
    PyObject *surfaces, *given[3], *fold;
    unsigned long long salt;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "SOOOOK:Lexicon", names, &surfaces, &given[0],
                                     &given[1], &given[2], &fold, &salt)) {
        return NULL;
    }
    State *state = PyType_GetModuleState(type);
    if (state == NULL) {
        return NULL;
    }
    Py_buffer views[3];
    LexiconObject *self = NULL;
    int opened = 0;
    for (; opened < 3; opened++) {
        int is_idf = opened == 2;
        if (open_buffer(given[opened], &views[opened], names[opened + 1], is_idf ? 'f' : 'i',
                        is_idf ? 4 : 8, -1, 0) < 0) {
            goto end;
        }
    }
    Py_ssize_t n_pairs = views[1].len / 8, n_features = views[2].len / 4;
    if (n_features <= n_pairs || n_features >= INT32_MAX || views[0].len / 8 >= INT32_MAX) {
        PyErr_Format(PyExc_ValueError, "idf has %zd items for %zd pairs", n_features, n_pairs);
        goto end;
    }
    self = (LexiconObject *)allocated(type);
    if (self != NULL) {
        self->lexicon.unknown = (uint32_t)(n_features - n_pairs - 1);
        self->lexicon.n_pairs = (size_t)n_pairs;
        Py_INCREF(state->isascii);
        self->isascii = state->isascii;
        int status = start_folding(&self->folding, fold);
        if (status < 0) {
            PyErr_NoMemory();
        }
        if (status < 0 || fill(self, surfaces, &views[0], &views[1], &views[2], salt) < 0) {
            Py_CLEAR(self);
        }
    }
end:
    while (opened-- > 0) {
        PyBuffer_Release(&views[opened]);
    }
    return (PyObject *)self;
}

/* Numbers that grow by an article. */
static int64_t *more_numbers(Room *room, size_t count, size_t more) {
    if (count + more > SIZE_MAX / 32 || reserve(room, 8 * (count + more)) < 0) {
        return NULL;
    }
    return (int64_t *)room->data + count;
}

typedef struct {
    Room terms, pairs, lengths;
    size_t count; /* of terms and of pairs */
} Numbers;

static int number_article(Walk *walk, Numbers *numbers, size_t article) {
    size_t more = walk->n_words + 1;
    int64_t unknown = walk->lexicon->unknown;
    int64_t *terms = more_numbers(&numbers->terms, numbers->count, more);
    int64_t *pairs = more_numbers(&numbers->pairs, numbers->count, more);
    int64_t *length = more_numbers(&numbers->lengths, article, 1);
    if (terms == NULL || pairs == NULL || length == NULL) {
        return -1;
    }
    const uint32_t *found = walk->scratch->terms.data, *feature = walk->lexicon->feature;
    const uint32_t *found_pairs = walk->scratch->pairs.data;
    for (size_t i = 0; i < walk->n_words; i++) {
        terms[i] = feature[found[i]];
        pairs[i] = feature[found_pairs[i]];
    }
    terms[walk->n_words] = pairs[walk->n_words] = unknown;
    *length = (int64_t)walk->n_words;
    numbers->count += more;
    return 0;
}

static PyObject *as_bytes(const Room *room, size_t count) {
    return PyBytes_FromStringAndSize(room->data, (Py_ssize_t)(8 * count));
}

PyDoc_STRVAR(number_doc, "number(texts)\n--\n\n"
"Number the words of texts.\n\n"
"Returns the term of each word, with one more unknown after each text; the pair that each forms\n"
"with the next, likewise; and the number of words of each text. All are int64, as bytes.");

static PyObject *lexicon_number(PyObject *object, PyObject *given) {
    LexiconObject *self = (LexiconObject *)object;
    PyObject *texts = PySequence_Tuple(given);
    Scratch *scratch = texts ? take_scratch(self) : NULL;
    if (scratch == NULL) {
        Py_XDECREF(texts);
        return NULL;
    }
    Articles articles;
    PyObject *result = NULL;
    Numbers numbers = {{0}};
    if (look_at_articles(self, &scratch->desk, texts, NULL, &articles) < 0) {
        goto end;
    }
    PyThreadState *thread = NULL;
    Walk walk = walk_of(self, scratch, NULL, &thread);
    if (articles.n_characters >= RELEASE_FROM) {
        thread = PyEval_SaveThread();
    }
    int status = 0;
    for (size_t i = 0; i < articles.n_articles && status == 0; i++) {
        status = walk_next(&walk, articles.texts + 2 * i);
        status = status < 0 ? status : number_article(&walk, &numbers, i);
    }
    if (done(thread, status) == 0) {
        result = Py_BuildValue("NNN", as_bytes(&numbers.terms, numbers.count),
                               as_bytes(&numbers.pairs, numbers.count),
                               as_bytes(&numbers.lengths, articles.n_articles));
    }
end:
    put_back(self, scratch);
    free(numbers.terms.data);
    free(numbers.pairs.data);
    free(numbers.lengths.data);
    Py_DECREF(texts);
    return result;
}

static PyMethodDef lexicon_methods[] = {
    {"number", lexicon_number, METH_O, number_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(lexicon_doc, "Lexicon(surfaces, terms, pairs, idf, fold, salt)\n--\n\n"
"The words and pairs that a model knows; see topicclf.features.vocabulary.Vocabulary.");

static PyType_Slot lexicon_slots[] = {
    {Py_tp_doc, (void *)lexicon_doc},
    {Py_tp_new, lexicon_new},
    {Py_tp_dealloc, lexicon_dealloc},
    {Py_tp_methods, lexicon_methods},
    {0, NULL},
};

static PyType_Spec lexicon_spec = {
    .name = "topicclf.kernel._kernel.Lexicon",
    .basicsize = sizeof(LexiconObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = lexicon_slots,
};

/* Rows */

static void rows_dealloc(PyObject *object) {
    RowsObject *self = (RowsObject *)object;
    free(self->weights.row_block);
    free(self->weights.intercept);
    Py_XDECREF((PyObject *)self->lexicon);
    release(object);
}

static void fill_rows(Weights *weights, const float *coef, const float *idf,
                      const Lexicon *lexicon) {
    size_t n_topics = weights->n_topics, unknown = lexicon->unknown;
    for (size_t feature = 0; feature < weights->n_features; feature++) {
        float *row = weights->rows + lexicon->rank[feature] * weights->width;
        for (size_t topic = 0; topic < n_topics && feature != unknown; topic++) {
            row[topic] = coef[feature * n_topics + topic] * idf[feature];
        }
        row[n_topics] = feature == unknown ? 0 : idf[feature] * idf[feature];
    }
}

static int fill_weights(RowsObject *self, const Py_buffer *intercept, const Py_buffer *coef,
                        const Py_buffer *idf) {
    Weights *weights = &self->weights;
    size_t n_features = (size_t)idf->len / sizeof(float);
    size_t n_topics = (size_t)intercept->len / sizeof(double);
    weights->n_features = n_features;
    weights->n_topics = n_topics;
    weights->width = (n_topics / LANES + 1) * LANES;
    weights->rows = line_calloc(n_features * weights->width, sizeof(float), &weights->row_block);
    weights->intercept = malloc((size_t)intercept->len + 1);
    if (weights->rows == NULL || weights->intercept == NULL) {
        return -1;
    }
    memcpy(weights->intercept, intercept->buf, (size_t)intercept->len);
    fill_rows(weights, coef->buf, idf->buf, &self->lexicon->lexicon);
    for (size_t i = 1; i < N_LOGS; i++) {
        weights->logs[i] = 1 + log((double)i);
    }
    return 0;
}

static PyObject *rows_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"lexicon", "intercept", "coef", "idf", NULL};
    PyObject *lexicon, *given[3];
    State *state = PyType_GetModuleState(type);
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "O!OOO:Rows", names, state->lexicon_type,
                                     &lexicon, &given[0], &given[1], &given[2])) {
        return NULL;
    }
    Py_buffer views[3];
    RowsObject *self = NULL;
    const Lexicon *known = &((LexiconObject *)lexicon)->lexicon;
    Py_ssize_t n_features = (Py_ssize_t)known->unknown + 1 + (Py_ssize_t)known->n_pairs;
    Py_ssize_t counts[3] = {-1, 0, n_features};
    int opened = 0;
    for (; opened < 3; opened++) {
        if (open_buffer(given[opened], &views[opened], names[opened + 1], 'f', opened ? 4 : 8,
                        counts[opened], 0) < 0) {
            goto end;
        }
        if (!opened) {
            Py_ssize_t n_topics = views[0].len / (Py_ssize_t)sizeof(double);
            if (n_topics > PY_SSIZE_T_MAX / 1024 / n_features) {
                PyErr_SetString(PyExc_ValueError, "there are too many topics");
                opened++;
                goto end;
            }
            counts[1] = n_features * n_topics;
        }
    }
    self = (RowsObject *)allocated(type);
    if (self != NULL) {
        Py_INCREF(lexicon);
        self->lexicon = (LexiconObject *)lexicon;
        if (fill_weights(self, &views[0], &views[1], &views[2]) < 0) {
            PyErr_NoMemory();
            Py_CLEAR(self);
        }
    }
end:
    while (opened-- > 0) {
        PyBuffer_Release(&views[opened]);
    }
    return (PyObject *)self;
}

PyDoc_STRVAR(rows_doc, "Rows(lexicon, intercept, coef, idf)\n--\n\n"
"What each feature adds; see topicclf.scoring.scores.Weights.");

static PyType_Slot rows_slots[] = {
    {Py_tp_doc, (void *)rows_doc},
    {Py_tp_new, rows_new},
    {Py_tp_dealloc, rows_dealloc},
    {0, NULL},
};

static PyType_Spec rows_spec = {
    .name = "topicclf.kernel._kernel.Rows",
    .basicsize = sizeof(RowsObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = rows_slots,
};

/* Judge */

static void judge_dealloc(PyObject *object) {
    JudgeObject *self = (JudgeObject *)object;
    free(self->numbers);
    Py_XDECREF((PyObject *)self->rows);
    Py_XDECREF(self->topics);
    release(object);
}

enum { JOIN, JOIN_INTERCEPT, PREVALENCE, THRESHOLDS, N_NUMBERS };

static PyObject *judge_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"rows",       "join",   "join_intercept", "prevalence",
                            "thresholds", "topics", NULL};
    PyObject *rows, *given[N_NUMBERS], *topics;
    State *state = PyType_GetModuleState(type);
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "O!OOOOO!:Judge", names, state->rows_type, &rows,
                                     &given[JOIN], &given[JOIN_INTERCEPT], &given[PREVALENCE],
                                     &given[THRESHOLDS], &PyTuple_Type, &topics)) {
        return NULL;
    }
    size_t n_topics = ((RowsObject *)rows)->weights.n_topics;
    if ((size_t)PyTuple_Size(topics) != n_topics) {
        PyErr_Format(PyExc_ValueError, "topics must have %zd items, not %zd", (Py_ssize_t)n_topics,
                     PyTuple_Size(topics));
        return NULL;
    }
    JudgeObject *self = (JudgeObject *)allocated(type);
    if (self == NULL) {
        return NULL;
    }
    Py_INCREF(rows);
    self->rows = (RowsObject *)rows;
    Py_INCREF(topics);
    self->topics = topics;
    self->numbers = malloc(n_topics * (N_VIEWS + 3) * sizeof(double) + 1);
    if (self->numbers == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    const double **targets[N_NUMBERS] = {&self->join.coef, &self->join.intercept,
                                         &self->join.prevalence, &self->thresholds};
    double *next = self->numbers;
    for (int i = 0; i < N_NUMBERS; i++) {
        Py_buffer view;
        size_t count = i == JOIN ? n_topics * N_VIEWS : n_topics;
        if (open_buffer(given[i], &view, names[i + 1], 'f', 8, (Py_ssize_t)count, 0) < 0) {
            Py_DECREF(self);
            return NULL;
        }
        memcpy(next, view.buf, count * sizeof(double));
        PyBuffer_Release(&view);
        *targets[i] = next;
        next += count;
    }
    return (PyObject *)self;
}

/* Judge articles that have been looked at, but for the first that are done. For all of them, the
 * answers hold the probabilities, then the known words of each, then all its words. */
static int judge_some(const JudgeObject *self, Scratch *scratch, const Articles *articles,
                      double *answers, size_t *n_done, PyThreadState **thread) {
    const Weights *weights = &self->rows->weights;
    Walk walk = walk_of(self->rows->lexicon, scratch, weights, thread);
    int64_t *known = (int64_t *)(answers + articles->n_articles * weights->n_topics);
    int64_t *lengths = known + articles->n_articles;
    for (; *n_done < articles->n_articles; ++*n_done) {
        size_t i = *n_done;
        if (walk_next(&walk, articles->texts + 2 * i) < 0 ||
            score_article(&walk, weights, &self->join, answers + i * weights->n_topics) < 0) {
            return -1;
        }
        known[i] = (int64_t)walk.n_known;
        lengths[i] = (int64_t)walk.n_words;
    }
    return 0;
}

/* Likewise with the GIL, which is released while it goes on. */
static int judge(const JudgeObject *self, Scratch *scratch, const Articles *articles,
                 double *answers, size_t n_done) {
    PyThreadState *thread = NULL;
    if (articles->n_characters >= RELEASE_FROM) {
        thread = PyEval_SaveThread();
    }
    int status = judge_some(self, scratch, articles, answers, &n_done, &thread);
    return done(thread, status);
}

static int reserve_answers(const JudgeObject *self, Desk *desk, size_t count) {
    size_t each = (self->rows->weights.n_topics + 2) * sizeof(double);
    if (count > SIZE_MAX / 2 / each || reserve(&desk->answers, each * count + 1) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static PyObject *probability_list(JudgeObject *self, const double *probabilities) {
    size_t n_topics = self->rows->weights.n_topics;
    PyObject *list = PyList_New((Py_ssize_t)n_topics);
    for (size_t i = 0; list != NULL && i < n_topics; i++) {
        PyObject *number = PyFloat_FromDouble(probabilities[i]);
        if (number == NULL || PyList_SetItem(list, (Py_ssize_t)i, number) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *probability_dict(JudgeObject *self, const double *probabilities) {
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < self->rows->weights.n_topics; i++) {
        PyObject *number = PyFloat_FromDouble(probabilities[i]);
        PyObject *topic = PyTuple_GetItem(self->topics, (Py_ssize_t)i);
        if (number == NULL || topic == NULL || PyDict_SetItem(dict, topic, number) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(number);
    }
    return dict;
}

/* The topics that reach their thresholds, most probable first. */
static PyObject *carried_topics(JudgeObject *self, const double *probabilities) {
    size_t n_topics = self->rows->weights.n_topics, n = 0;
    size_t few[LANES], *carried = few;
    if (n_topics > LANES) {
        carried = malloc(n_topics * sizeof *carried);
        if (carried == NULL) {
            return PyErr_NoMemory();
        }
    }
    for (size_t topic = 0; topic < n_topics; topic++) {
        if (probabilities[topic] >= self->thresholds[topic]) {
            size_t place = n++;
            /* Few topics are carried together. */
            for (; place && probabilities[carried[place - 1]] < probabilities[topic]; place--) {
                carried[place] = carried[place - 1];
            }
            carried[place] = topic;
        }
    }
    PyObject *topics = PyTuple_New((Py_ssize_t)n);
    for (size_t i = 0; topics != NULL && i < n; i++) {
        PyObject *topic = PyTuple_GetItem(self->topics, (Py_ssize_t)carried[i]);
        Py_INCREF(topic);
        if (PyTuple_SetItem(topics, (Py_ssize_t)i, topic) < 0) {
            Py_CLEAR(topics);
        }
    }
    if (carried != few) {
        free(carried);
    }
    return topics;
}

static PyObject *answer(JudgeObject *self, const double *probabilities, int64_t known,
                        int64_t length, int named) {
    PyObject *parts[4] = {
        carried_topics(self, probabilities),
        named ? probability_dict(self, probabilities) : probability_list(self, probabilities),
        PyLong_FromLongLong(known),
        PyLong_FromLongLong(length),
    };
    PyObject *tuple = PyTuple_New(4);
    for (Py_ssize_t i = 0; i < 4; i++) {
        if (tuple == NULL || parts[i] == NULL) {
            Py_XDECREF(parts[i]);
            Py_CLEAR(tuple);
        } else {
            PyTuple_SetItem(tuple, i, parts[i]);
        }
    }
    return tuple;
}

/* The answers to all of some articles. */
static PyObject *answer_list(JudgeObject *self, const double *answers, size_t count, int named) {
    size_t n_topics = self->rows->weights.n_topics;
    const int64_t *known = (const int64_t *)(answers + n_topics * count), *lengths = known + count;
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        PyObject *each = answer(self, answers + i * n_topics, known[i], lengths[i], named);
        if (each == NULL || PyList_SetItem(list, (Py_ssize_t)i, each) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* Take the texts and titles of a call; the tuples hold them while they are worked with. */
static int take_articles(JudgeObject *self, PyObject *texts, PyObject *titles, PyObject **held,
                         Desk *desk, Articles *articles) {
    held[0] = PySequence_Tuple(texts);
    held[1] = NULL;
    if (held[0] != NULL && titles != Py_None) {
        held[1] = PySequence_Tuple(titles);
    }
    if (held[0] == NULL || (titles != Py_None && held[1] == NULL)) {
        return -1;
    }
    if (held[1] && PyTuple_Size(held[0]) != PyTuple_Size(held[1])) {
        PyErr_Format(PyExc_ValueError, "there are %zd texts and %zd titles",
                     PyTuple_Size(held[0]), PyTuple_Size(held[1]));
        return -1;
    }
    if (look_at_articles(self->rows->lexicon, desk, held[0], held[1], articles) < 0) {
        return -1;
    }
    return reserve_answers(self, desk, articles->n_articles);
}

PyDoc_STRVAR(measure_doc, "measure(texts, titles, probabilities, known, lengths)\n--\n\n"
"Judge articles.\n\n"
"The titles, one for each text or None, are joined to the texts by a line end where they are not\n"
"empty. The last three are arrays to write to: float64 of shape (n_articles, n_topics), and int64\n"
"of shape (n_articles,) twice.");

static PyObject *judge_measure(PyObject *object, PyObject *const *args, Py_ssize_t n_args) {
    JudgeObject *self = (JudgeObject *)object;
    if (n_args != 5) {
        PyErr_Format(PyExc_TypeError, "measure takes 5 arguments, not %zd", n_args);
        return NULL;
    }
    static const char *const names[] = {"probabilities", "known", "lengths"};
    Py_ssize_t n_topics = (Py_ssize_t)self->rows->weights.n_topics;
    Scratch *scratch = take_scratch(self->rows->lexicon);
    if (scratch == NULL) {
        return NULL;
    }
    PyObject *held[2], *result = NULL;
    Articles articles;
    Py_buffer views[3];
    int opened = 0;
    if (take_articles(self, args[0], args[1], held, &scratch->desk, &articles) < 0) {
        goto end;
    }
    for (; opened < 3; opened++) {
        Py_ssize_t items = (Py_ssize_t)articles.n_articles * (opened ? 1 : n_topics);
        if (open_buffer(args[2 + opened], &views[opened], names[opened], opened ? 'i' : 'f', 8,
                        items, PyBUF_WRITABLE) < 0) {
            goto end;
        }
    }
    if (judge(self, scratch, &articles, scratch->desk.answers.data, 0) == 0) {
        const char *next = scratch->desk.answers.data;
        for (int i = 0; i < 3; i++) {
            if (views[i].len) {
                memcpy(views[i].buf, next, (size_t)views[i].len);
            }
            next += views[i].len;
        }
        Py_INCREF(Py_None);
        result = Py_None;
    }
end:
    while (opened-- > 0) {
        PyBuffer_Release(&views[opened]);
    }
    put_back(self->rows->lexicon, scratch);
    Py_XDECREF(held[0]);
    Py_XDECREF(held[1]);
    return result;
}

PyDoc_STRVAR(without_doc, "without(terms, kept, probabilities)\n--\n\n"
"Judge an article again and again, each time without some of its words.\n\n"
"The terms are the article's, numbered, int64 of shape (n_words,); kept says which words are left\n"
"each time, bool of shape (n_times, n_words). The probabilities, float64 of shape\n"
"(n_times, n_topics), are written to.");

static int judge_kept(const JudgeObject *self, Scratch *scratch, const Py_buffer *terms,
                      const char *kept, double *answers, size_t times) {
    PyThreadState *thread = NULL;
    const Weights *weights = &self->rows->weights;
    Walk walk = walk_of(self->rows->lexicon, scratch, weights, &thread);
    size_t count = (size_t)terms->len / sizeof(int64_t);
    if (count * times >= RELEASE_FROM) {
        thread = PyEval_SaveThread();
    }
    int status = 0;
    for (size_t i = 0; i < times && status == 0; i++) {
        status = walk_kept(&walk, terms->buf, kept + i * count, count);
        if (status == 0) {
            status = score_article(&walk, weights, &self->join, answers + i * weights->n_topics);
        }
    }
    return done(thread, status);
}

static PyObject *judge_without(PyObject *object, PyObject *const *args, Py_ssize_t n_args) {
    JudgeObject *self = (JudgeObject *)object;
    if (n_args != 3) {
        PyErr_Format(PyExc_TypeError, "without takes 3 arguments, not %zd", n_args);
        return NULL;
    }
    LexiconObject *lexicon = self->rows->lexicon;
    Py_ssize_t n_topics = (Py_ssize_t)self->rows->weights.n_topics;
    PyObject *result = NULL;
    Py_buffer terms, kept, probabilities;
    if (open_buffer(args[0], &terms, "terms", 'i', 8, -1, 0) < 0) {
        return NULL;
    }
    if (PyObject_GetBuffer(args[1], &kept, PyBUF_C_CONTIGUOUS) < 0) {
        goto close_terms;
    }
    Py_ssize_t count = terms.len / 8;
    if (kept.itemsize != 1 || kept.ndim != 2 || kept.shape[1] != count) {
        PyErr_Format(PyExc_ValueError, "kept must have rows of %zd bytes", count);
        goto close_kept;
    }
    Py_ssize_t times = kept.shape[0];
    if (check_numbers(&terms, (int64_t)lexicon->lexicon.unknown + 1, "the term") < 0 ||
        open_buffer(args[2], &probabilities, "probabilities", 'f', 8, times * n_topics,
                    PyBUF_WRITABLE) < 0) {
        goto close_kept;
    }
    Scratch *scratch = take_scratch(lexicon);
    if (scratch != NULL) {
        if (judge_kept(self, scratch, &terms, kept.buf, probabilities.buf, (size_t)times) == 0) {
            Py_INCREF(Py_None);
            result = Py_None;
        }
        put_back(lexicon, scratch);
    }
    PyBuffer_Release(&probabilities);
close_kept:
    PyBuffer_Release(&kept);
close_terms:
    PyBuffer_Release(&terms);
    return result;
}

PyDoc_STRVAR(answer_doc, "answer(texts, titles, named)\n--\n\n"
"Judge articles, which are given as to `measure`.\n\n"
"Returns a list with for each article its topics, most probable first; its probabilities, as a\n"
"dict by topic if named, or as a list; how many words are known; and how many there are.");

static PyObject *judge_answer(PyObject *object, PyObject *const *args, Py_ssize_t n_args) {
    JudgeObject *self = (JudgeObject *)object;
    if (n_args != 3) {
        PyErr_Format(PyExc_TypeError, "answer takes 3 arguments, not %zd", n_args);
        return NULL;
    }
    int named = PyObject_IsTrue(args[2]);
    Scratch *scratch = named < 0 ? NULL : take_scratch(self->rows->lexicon);
    if (scratch == NULL) {
        return NULL;
    }
    PyObject *held[2], *list = NULL;
    Articles articles;
    double *answers;
    if (take_articles(self, args[0], args[1], held, &scratch->desk, &articles) == 0) {
        answers = scratch->desk.answers.data;
        if (judge(self, scratch, &articles, answers, 0) == 0) {
            list = answer_list(self, answers, articles.n_articles, named);
        }
    }
    put_back(self->rows->lexicon, scratch);
    Py_XDECREF(held[0]);
    Py_XDECREF(held[1]);
    return list;
}

PyDoc_STRVAR(answer_one_doc, "answer_one(text, title)\n--\n\n"
"Judge one article; the title may be None. Returns what `answer` gives, named.");

static PyObject *judge_answer_one(PyObject *object, PyObject *const *args, Py_ssize_t n_args) {
    JudgeObject *self = (JudgeObject *)object;
    LexiconObject *lexicon = self->rows->lexicon;
    if (n_args != 2) {
        PyErr_Format(PyExc_TypeError, "answer_one takes 2 arguments, not %zd", n_args);
        return NULL;
    }
    Scratch *scratch = take_scratch(lexicon);
    if (scratch == NULL) {
        return NULL;
    }
    Text texts[2] = {{(const uint8_t *)"", NULL, 0}};
    PyObject *given[2] = {args[1], args[0]};
    PyObject *result = NULL;
    if ((args[1] != Py_None && look_at(lexicon, args[1], "the title", &texts[0]) < 0) ||
        look_at(lexicon, args[0], "the text", &texts[1]) < 0 ||
        copy_wide(&scratch->desk, given, texts, 2) < 0 ||
        reserve_answers(self, &scratch->desk, 1) < 0) {
        goto end;
    }
    double *answers = scratch->desk.answers.data;
    Articles articles = {given, texts, 1, texts[0].length + texts[1].length};
    if (judge(self, scratch, &articles, answers, 0) == 0) {
        const int64_t *counts = (const int64_t *)(answers + self->rows->weights.n_topics);
        result = answer(self, answers, counts[0], counts[1], 1);
    }
end:
    put_back(lexicon, scratch);
    return result;
}

static PyMethodDef judge_methods[] = {
    {"measure", (PyCFunction)(void (*)(void))judge_measure, METH_FASTCALL, measure_doc},
    {"without", (PyCFunction)(void (*)(void))judge_without, METH_FASTCALL, without_doc},
    {"answer", (PyCFunction)(void (*)(void))judge_answer, METH_FASTCALL, answer_doc},
    {"answer_one", (PyCFunction)(void (*)(void))judge_answer_one, METH_FASTCALL, answer_one_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(judge_type_doc, "Judge(rows, join, join_intercept, prevalence, thresholds, topics)\n"
"--\n\n"
"From texts to topics; see topicclf.scoring.join.Join and topicclf.scoring.judge.Judge.");

static PyType_Slot judge_slots[] = {
    {Py_tp_doc, (void *)judge_type_doc},
    {Py_tp_new, judge_new},
    {Py_tp_dealloc, judge_dealloc},
    {Py_tp_methods, judge_methods},
    {0, NULL},
};

static PyType_Spec judge_spec = {
    .name = "topicclf.kernel._kernel.Judge",
    .basicsize = sizeof(JudgeObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = judge_slots,
};

/* Crew */

#include "crew.h"

typedef struct {
    PyObject_HEAD
    JudgeObject *judge;
    Shared *shared;
    volatile uint64_t busy;
} CrewObject;

/* Whether this thread may use the crew; no other may until `leave`. */
static int enter(CrewObject *self) {
    if (!put_if_zero(&self->busy, 1)) {
        PyErr_SetString(PyExc_RuntimeError, "another thread uses this crew");
        return -1;
    }
    return 0;
}

static void leave(CrewObject *self) {
    self->busy = 0;
}

static void let_go(Job *job) {
    Py_CLEAR(job->texts);
    Py_CLEAR(job->titles);
}

static void crew_dealloc(PyObject *object) {
    CrewObject *self = (CrewObject *)object;
    if (self->shared) {
        end_helpers(self->shared);
        for (size_t i = 0; i < self->shared->n_jobs; i++) {
            let_go(&self->shared->jobs[i]);
        }
        free_shared(self->shared);
    }
    Py_XDECREF((PyObject *)self->judge);
    release(object);
}

static PyObject *crew_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"judge", "workers", NULL};
    PyObject *judge_object;
    long workers;
    State *state = PyType_GetModuleState(type);
    if (state == NULL || !PyArg_ParseTupleAndKeywords(args, kwargs, "O!l:Crew", names,
                                                      state->judge_type, &judge_object, &workers)) {
        return NULL;
    }
    if (workers < 1) {
        PyErr_SetString(PyExc_ValueError, "a crew has one worker at least");
        return NULL;
    }
    CrewObject *self = (CrewObject *)allocated(type);
    if (self == NULL) {
        return NULL;
    }
    long counted = workers < MOST_HELPERS ? workers : MOST_HELPERS;
    Py_INCREF(judge_object);
    self->judge = (JudgeObject *)judge_object;
    self->shared = new_shared(self->judge, (size_t)counted * JOBS_PER_WORKER);
    if (self->shared == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    start_helpers(self->shared, workers - 1);
    return (PyObject *)self;
}

PyDoc_STRVAR(put_doc, "put(texts, titles)\n--\n\n"
"Give articles to the crew, as to Judge.answer. Returns whether there is room for more.");

static PyObject *crew_put(PyObject *object, PyObject *const *args, Py_ssize_t n_args) {
    CrewObject *self = (CrewObject *)object;
    Shared *shared = self->shared;
    if (n_args != 2) {
        PyErr_Format(PyExc_TypeError, "put takes 2 arguments, not %zd", n_args);
        return NULL;
    }
    if (enter(self) < 0) {
        return NULL;
    }
    PyObject *result = NULL, *held[2] = {NULL, NULL};
    Job *job = &shared->jobs[shared->n_put % shared->n_jobs];
    if (shared->closing || shared->n_put - shared->n_taken == shared->n_jobs) {
        PyErr_SetString(PyExc_RuntimeError, "the crew takes no more articles");
    } else if (take_articles(self->judge, args[0], args[1], held, &job->desk, &job->articles) < 0) {
        Py_XDECREF(held[0]);
        Py_XDECREF(held[1]);
    } else {
        job->texts = held[0];
        job->titles = held[1];
        job->n_done = 0;
        if (shared->process == process_id()) {
            PyThread_acquire_lock(shared->lock, WAIT_LOCK);
            shared->n_put++;
            wake(shared, 0);
            PyThread_release_lock(shared->lock);
        } else {
            shared->n_put++;
        }
        result = PyBool_FromLong(shared->n_put - shared->n_taken < shared->n_jobs);
    }
    leave(self);
    return result;
}

PyDoc_STRVAR(take_doc, "take(named)\n--\n\n"
"The answers to the articles that were put first of those left, as from Judge.answer.");

static PyObject *crew_take(PyObject *object, PyObject *named_object) {
    CrewObject *self = (CrewObject *)object;
    Shared *shared = self->shared;
    int named = PyObject_IsTrue(named_object);
    if (named < 0 || enter(self) < 0) {
        return NULL;
    }
    PyObject *list = NULL;
    Scratch *scratch = NULL;
    if (shared->closing || shared->n_taken == shared->n_put) {
        PyErr_SetString(PyExc_RuntimeError, "the crew has no articles");
        goto end;
    }
    scratch = take_scratch(self->judge->rows->lexicon);
    if (scratch == NULL) {
        goto end;
    }
    Job *job = &shared->jobs[shared->n_taken % shared->n_jobs];
    see_done(shared, job, scratch);
    shared->n_taken++;
    /* What needs Python, or has failed, is done here. */
    if (job->n_done == job->articles.n_articles ||
        judge(self->judge, scratch, &job->articles, job->desk.answers.data, job->n_done) == 0) {
        list = answer_list(self->judge, job->desk.answers.data, job->articles.n_articles, named);
    }
    let_go(job);
end:
    if (scratch != NULL) {
        put_back(self->judge->rows->lexicon, scratch);
    }
    leave(self);
    return list;
}

PyDoc_STRVAR(close_doc, "close()\n--\n\nEnd the crew's threads.");

static PyObject *crew_close(PyObject *object, PyObject *nothing) {
    (void)nothing;
    CrewObject *self = (CrewObject *)object;
    if (enter(self) < 0) {
        return NULL;
    }
    end_helpers(self->shared);
    leave(self);
    Py_INCREF(Py_None);
    return Py_None;
}

static PyMethodDef crew_methods[] = {
    {"put", (PyCFunction)(void (*)(void))crew_put, METH_FASTCALL, put_doc},
    {"take", crew_take, METH_O, take_doc},
    {"close", crew_close, METH_NOARGS, close_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(crew_doc, "Crew(judge, workers)\n--\n\n"
"Threads that judge articles, this one among them.");

static PyType_Slot crew_slots[] = {
    {Py_tp_doc, (void *)crew_doc},
    {Py_tp_new, crew_new},
    {Py_tp_dealloc, crew_dealloc},
    {Py_tp_methods, crew_methods},
    {0, NULL},
};

static PyType_Spec crew_spec = {
    .name = "topicclf.kernel._kernel.Crew",
    .basicsize = sizeof(CrewObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = crew_slots,
};

/* Gate */

typedef struct {
    PyObject_HEAD
    Gate gate;
    PyObject *isascii;
} GateObject;

static void gate_dealloc(PyObject *object) {
    GateObject *self = (GateObject *)object;
    free_gate(&self->gate);
    Py_XDECREF(self->isascii);
    release(object);
}

/* A text's characters as bytes: of ASCII the text itself, of others a buffer to be freed. NULL with an
 * exception on failure. */
static const uint8_t *narrow_text(PyObject *isascii, PyObject *text, size_t *size, void **buffer) {
    *buffer = NULL;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "expected str");
        return NULL;
    }
    int ascii = is_ascii(isascii, text);
    if (ascii < 0) {
        return NULL;
    }
    Py_ssize_t length;
    if (ascii) {
        const char *data = PyUnicode_AsUTF8AndSize(text, &length);
        *size = (size_t)length;
        return (const uint8_t *)data;
    }
    length = PyUnicode_GetLength(text);
    *size = (size_t)length;
    *buffer = (size_t)length < SIZE_MAX / sizeof(Py_UCS4) ? malloc(*size * sizeof(Py_UCS4)) : NULL;
    if (*buffer == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (PyUnicode_AsUCS4(text, *buffer, length, 0) == NULL) {
        free(*buffer);
        return NULL;
    }
    narrow(*buffer, *size, *buffer);
    return *buffer;
}

/* A copy of lines, each with its end. */
static uint8_t *lines_of(PyObject *isascii, PyObject *given, size_t *size) {
    void *buffer;
    const uint8_t *text = narrow_text(isascii, given, size, &buffer);
    if (text == NULL) {
        return NULL;
    }
    uint8_t *lines = malloc(*size + 1);
    if (lines == NULL) {
        PyErr_NoMemory();
    } else {
        memcpy(lines, text, *size);
        lines[(*size)++] = '\n';
    }
    free(buffer);
    return lines;
}

static int fill_gate(GateObject *self, PyObject *lists, PyObject *kinds) {
    size_t size;
    for (Py_ssize_t i = 0; i < N_STRINGS; i++) {
        PyObject *given = PyTuple_GetItem(lists, i);
        uint8_t *text = given ? lines_of(self->isascii, given, &size) : NULL;
        if (text == NULL) {
            return -1;
        }
        if (make_strings(&self->gate.strings[i], text, size) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        if (i >= CREDITED && enter_threes(&self->gate, (unsigned)i) < 0) {
            PyErr_SetString(PyExc_ValueError, "strings to be looked for have three characters or more");
            return -1;
        }
    }
    uint8_t *text = lines_of(self->isascii, kinds, &size);
    if (text == NULL) {
        return -1;
    }
    if (make_kinds(&self->gate.kinds, text, size) < 0) {
        PyErr_SetString(PyExc_ValueError, "too many words or kinds of words");
        return -1;
    }
    make_classes(&self->gate);
    return 0;
}

static PyObject *gate_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"lists", "kinds", NULL};
    PyObject *lists, *kinds;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!U:Gate", names, &PyTuple_Type, &lists, &kinds)) {
        return NULL;
    }
    if (PyTuple_Size(lists) != N_STRINGS) {
        PyErr_Format(PyExc_ValueError, "lists must have %d items", N_STRINGS);
        return NULL;
    }
    GateObject *self = (GateObject *)allocated(type);
    if (self == NULL) {
        return NULL;
    }
    self->isascii = PyObject_GetAttrString((PyObject *)&PyUnicode_Type, "isascii");
    if (self->isascii == NULL || fill_gate(self, lists, kinds) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

PyDoc_STRVAR(is_prose_doc, "is_prose(text, /)\n--\n\n"
"Whether a text is prose, and no closer look needed; in doubt, it isn't.");

static PyObject *gate_is_prose(PyObject *object, PyObject *text) {
    GateObject *self = (GateObject *)object;
    size_t size;
    void *buffer;
    const uint8_t *data = narrow_text(self->isascii, text, &size, &buffer);
    if (data == NULL) {
        return NULL;
    }
    int plain = is_prose(&self->gate, data, size);
    free(buffer);
    return PyBool_FromLong(plain);
}

PyDoc_STRVAR(suspects_doc, "suspects(text, /)\n--\n\n"
"Which lines may be furniture, counting those that aren't blank; None where nothing has to be changed.");

static PyObject *listed(const Suspects *suspects) {
    PyObject *list = PyList_New((Py_ssize_t)suspects->count);
    for (size_t i = 0; list != NULL && i < suspects->count; i++) {
        PyObject *number = PyLong_FromSize_t(suspects->numbers[i]);
        if (number == NULL || PyList_SetItem(list, (Py_ssize_t)i, number) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *gate_suspects(PyObject *object, PyObject *text) {
    GateObject *self = (GateObject *)object;
    size_t size;
    void *buffer;
    const uint8_t *data = narrow_text(self->isascii, text, &size, &buffer);
    if (data == NULL) {
        return NULL;
    }
    Suspects suspects = {NULL, 0, 0};
    int status = may_have_furniture(&self->gate, data, size, &suspects);
    PyObject *answer = status < 0 ? PyErr_NoMemory() : status ? listed(&suspects) : Py_NewRef(Py_None);
    free(suspects.numbers);
    free(buffer);
    return answer;
}

static PyMethodDef gate_methods[] = {
    {"is_prose", gate_is_prose, METH_O, is_prose_doc},
    {"suspects", gate_suspects, METH_O, suspects_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(gate_doc, "Gate(lists, kinds)\n--\n\n"
"Spares topicclf.text.prose most articles. Takes lists of strings, a line each, and of words by kind.");

static PyType_Slot gate_slots[] = {
    {Py_tp_doc, (void *)gate_doc},
    {Py_tp_new, gate_new},
    {Py_tp_dealloc, gate_dealloc},
    {Py_tp_methods, gate_methods},
    {0, NULL},
};

static PyType_Spec gate_spec = {
    .name = "topicclf.kernel._kernel.Gate",
    .basicsize = sizeof(GateObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = gate_slots,
};

/* Module */

/* As in __init__.py: raise both when what this module offers, or how it is called, changes. */
#define INTERFACE 2

static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec) {
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) < 0) {
        Py_CLEAR(type);
    }
    return (PyTypeObject *)type;
}

/* Learning */

PyDoc_STRVAR(descend_doc,
             "descend(values, columns, bounds, order, counts, squares, linear, dual, weights, ends, /)\n--\n\n"
             "Visit examples in an order, and move what several classifiers know of them; see "
             "topicclf.learning.streamed.");

static int rising(const Py_buffer *view) {
    const int64_t *numbers = view->buf;
    for (Py_ssize_t i = 1; i < view->len / 8; i++) {
        if (numbers[i] < numbers[i - 1]) {
            return 0;
        }
    }
    return 1;
}

static PyObject *descend(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    static const struct {
        const char *name;
        char kind;
        size_t size;
        int place, flags;
    } given[] = {
        {"values", 'f', 4, 0, 0},  {"columns", 'i', 8, 1, 0},
        {"bounds", 'i', 8, 2, 0},  {"order", 'i', 8, 3, 0},
        {"counts", 'f', 4, 4, 0},  {"squares", 'f', 4, 5, 0},
        {"dual", 'f', 4, 7, PyBUF_WRITABLE}, {"weights", 'f', 8, 8, PyBUF_WRITABLE},
        {"ends", 'f', 8, 9, PyBUF_WRITABLE},
    };
    Py_buffer views[9];
    int opened = 0, linear;
    PyObject *result = NULL;
    if (count != 10) {
        return PyErr_Format(PyExc_TypeError, "descend takes 10 arguments, not %zd", count);
    }
    linear = PyObject_IsTrue(args[6]);
    for (; linear >= 0 && opened < 9; opened++) {
        if (open_buffer(args[given[opened].place], &views[opened], given[opened].name, given[opened].kind,
                        given[opened].size, -1, given[opened].flags) < 0) {
            break;
        }
    }
    if (opened == 9) {
        Py_ssize_t k = views[8].len / 16, n_values = views[0].len / 4, n = views[2].len / 8 - 1;
        Py_ssize_t n_features = k ? views[7].len / 8 / k : 0;
        int fits = k > 0 && k <= MOST_CLASSIFIERS && views[8].len == k * 16 && n >= 0 &&
                   views[1].len / 8 == n_values && views[4].len / 4 == n * k &&
                   views[6].len == views[4].len && views[7].len / 8 == n_features * k &&
                   views[5].len / 4 == n_features * k;
        if (!fits || !rising(&views[2])) {
            PyErr_SetString(PyExc_ValueError, "the arrays of examples and classifiers don't fit together");
        } else if (check_numbers(&views[1], n_features, "column") == 0 &&
                   check_numbers(&views[2], n_values + 1, "bound") == 0 &&
                   check_numbers(&views[3], n, "example") == 0) {
            Descent descent = {views[0].buf, views[1].buf, views[2].buf, views[4].buf, views[6].buf,
                               views[5].buf, views[7].buf, views[8].buf, (size_t)k, linear};
            Py_BEGIN_ALLOW_THREADS
            for (Py_ssize_t i = 0; i < views[3].len / 8; i++) {
                visit(&descent, ((const int64_t *)views[3].buf)[i]);
            }
            Py_END_ALLOW_THREADS
            result = Py_NewRef(Py_None);
        }
    }
    while (opened--) {
        PyBuffer_Release(&views[opened]);
    }
    return result;
}

static PyMethodDef module_methods[] = {
    {"descend", (PyCFunction)(void (*)(void))descend, METH_FASTCALL, descend_doc},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module) {
    State *state = PyModule_GetState(module);
    state->lexicon_type = add_type(module, &lexicon_spec);
    state->rows_type = add_type(module, &rows_spec);
    state->isascii = PyObject_GetAttrString((PyObject *)&PyUnicode_Type, "isascii");
    state->judge_type = add_type(module, &judge_spec);
    PyTypeObject *crew_type = add_type(module, &crew_spec);
    PyTypeObject *gate_type = add_type(module, &gate_spec);
    int whole = state->lexicon_type && state->rows_type && state->judge_type && crew_type &&
                gate_type && state->isascii &&
                PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) == 0;
    Py_XDECREF((PyObject *)crew_type);
    Py_XDECREF((PyObject *)gate_type);
    return whole ? 0 : -1;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
    State *state = PyModule_GetState(module);
    Py_VISIT(state->lexicon_type);
    Py_VISIT(state->rows_type);
    Py_VISIT(state->judge_type);
    Py_VISIT(state->isascii);
    return 0;
}

static int module_clear(PyObject *module) {
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->lexicon_type);
    Py_CLEAR(state->rows_type);
    Py_CLEAR(state->judge_type);
    Py_CLEAR(state->isascii);
    return 0;
}

static void module_free(void *module) {
    module_clear(module);
}

/* Python 3.11 refuses the slot by which later versions let interpreters have a lock of their own. */
#define MULTIPLE_INTERPRETERS 3
#define OWN_GIL ((void *)2)

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL}, /* replaced below */
    {0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "topicclf.kernel._kernel",
    .m_doc = "The compiled kernel; topicclf.kernel says when it is used.",
    .m_size = sizeof(State),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__kernel(void) {
    if (Py_Version >= 0x030C0000) {
        PyModuleDef_Slot *last = module_slots + sizeof module_slots / sizeof *module_slots - 2;
        last->slot = MULTIPLE_INTERPRETERS;
        last->value = OWN_GIL;
    }
    return PyModuleDef_Init(&module_def);
}
