/* Threads that judge articles without Python's lock, while the thread that gives them out reads
 * articles and makes answers.
 *
 * They touch no Python object. What they can't do without Python (a character that nobody has met,
 * an error) they leave to the thread that takes the answers. That one works, too, while the answers
 * that come next are not there. After a fork there are no helpers, and it does all.
 */

#ifndef TOPICCLF_CREW_H
#define TOPICCLF_CREW_H

#ifdef _WIN32
#define process_id() 0L
#else
#include <unistd.h>
#define process_id() ((long)getpid())
#endif

#define MOST_HELPERS 64
#define JOBS_PER_WORKER 4

typedef struct {
    PyObject *texts, *titles;
    Desk desk;
    Articles articles;
    size_t n_done; /* articles */
    PyThread_type_lock done;
} Job;

typedef struct {
    PyThread_type_lock wake;
    int asleep;
} Helper;

typedef struct {
    const JudgeObject *judge;
    long process;
    volatile long references; /* of the crew and of each helper */
    PyThread_type_lock lock;  /* for what follows, up to the helpers */
    size_t n_put, n_begun;
    int closing;
    long n_helpers;
    Helper helpers[MOST_HELPERS];
    PyThread_type_lock gone; /* released by the last helper */
    size_t n_taken, n_jobs;
    Job *jobs;
} Shared;

static void free_shared(Shared *shared) {
    if (drop_reference(&shared->references)) {
        return;
    }
    PyThread_type_lock *locks[2] = {&shared->lock, &shared->gone};
    for (int i = 0; i < 2; i++) {
        if (*locks[i]) {
            PyThread_free_lock(*locks[i]);
        }
    }
    for (int i = 0; i < MOST_HELPERS; i++) {
        if (shared->helpers[i].wake) {
            PyThread_free_lock(shared->helpers[i].wake);
        }
    }
    for (size_t i = 0; shared->jobs && i < shared->n_jobs; i++) {
        if (shared->jobs[i].done) {
            PyThread_free_lock(shared->jobs[i].done);
        }
        free_desk(&shared->jobs[i].desk);
    }
    free(shared->jobs);
    free(shared);
}

/* A lock that is held, so that who takes it waits for a release. */
static PyThread_type_lock held_lock(void) {
    PyThread_type_lock lock = PyThread_allocate_lock();
    if (lock) {
        PyThread_acquire_lock(lock, WAIT_LOCK);
    }
    return lock;
}

/* Judge what is left of a job's articles; without Python where `thread` is NULL. */
static int do_job(const Shared *shared, Job *job, Scratch *scratch, PyThreadState **thread) {
    return judge_some(shared->judge, scratch, &job->articles, job->desk.answers.data, &job->n_done,
                      thread);
}

typedef struct {
    Shared *shared;
    Helper *helper;
} Start;

static void help(void *argument) {
    Start start = *(Start *)argument;
    free(argument);
    Shared *shared = start.shared;
    Scratch *scratch = calloc(1, sizeof *scratch);
    for (;;) {
        PyThread_acquire_lock(shared->lock, WAIT_LOCK);
        while (!shared->closing && (scratch == NULL || shared->n_begun == shared->n_put)) {
            start.helper->asleep = 1;
            PyThread_release_lock(shared->lock);
            PyThread_acquire_lock(start.helper->wake, WAIT_LOCK);
            PyThread_acquire_lock(shared->lock, WAIT_LOCK);
        }
        if (shared->closing) {
            break;
        }
        Job *job = &shared->jobs[shared->n_begun++ % shared->n_jobs];
        PyThread_release_lock(shared->lock);
        do_job(shared, job, scratch, NULL);
        PyThread_release_lock(job->done);
    }
    int is_last = !--shared->n_helpers;
    PyThread_release_lock(shared->lock);
    free_scratch(scratch);
    if (is_last) {
        PyThread_release_lock(shared->gone);
    }
    free_shared(shared);
}

static void wake(Shared *shared, int all) {
    for (int i = 0; i < MOST_HELPERS; i++) {
        Helper *helper = &shared->helpers[i];
        if (helper->asleep) {
            helper->asleep = 0;
            PyThread_release_lock(helper->wake);
            if (!all) {
                return;
            }
        }
    }
}

static Shared *new_shared(const JudgeObject *judge, size_t n_jobs) {
    Shared *shared = calloc(1, sizeof *shared);
    if (shared == NULL) {
        return NULL;
    }
    shared->judge = judge;
    shared->process = process_id();
    shared->references = 1;
    shared->n_jobs = n_jobs;
    shared->jobs = calloc(n_jobs, sizeof *shared->jobs);
    shared->lock = PyThread_allocate_lock();
    shared->gone = held_lock();
    int whole = shared->jobs && shared->lock && shared->gone;
    for (size_t i = 0; whole && i < n_jobs; i++) {
        shared->jobs[i].done = held_lock();
        whole = shared->jobs[i].done != NULL;
    }
    if (!whole) {
        free_shared(shared);
        return NULL;
    }
    return shared;
}

/* Start helpers; fewer than asked for do, too. */
static void start_helpers(Shared *shared, long count) {
    count = count < MOST_HELPERS ? count : MOST_HELPERS;
    PyThread_acquire_lock(shared->lock, WAIT_LOCK);
    for (long i = 0; i < count; i++) {
        Helper *helper = &shared->helpers[i];
        Start *start = malloc(sizeof *start);
        helper->wake = held_lock();
        if (start == NULL || helper->wake == NULL) {
            free(start);
            break;
        }
        start->shared = shared;
        start->helper = helper;
        shared->references++;
        shared->n_helpers++;
        if (PyThread_start_new_thread(help, start) == (unsigned long)-1) {
            shared->references--;
            shared->n_helpers--;
            free(start);
            break;
        }
    }
    PyThread_release_lock(shared->lock);
}

/* End the helpers, and wait until they have. */
static void end_helpers(Shared *shared) {
    if (shared->closing || shared->process != process_id()) {
        shared->closing = 1;
        return;
    }
    PyThread_acquire_lock(shared->lock, WAIT_LOCK);
    int any = shared->n_helpers > 0;
    shared->closing = 1;
    wake(shared, 1);
    PyThread_release_lock(shared->lock);
    if (any) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(shared->gone, WAIT_LOCK);
        Py_END_ALLOW_THREADS
    }
}

/* A job that nobody has begun; NULL where there is none. */
static Job *begin_job(Shared *shared) {
    Job *job = NULL;
    PyThread_acquire_lock(shared->lock, WAIT_LOCK);
    if (shared->n_begun < shared->n_put) {
        job = &shared->jobs[shared->n_begun++ % shared->n_jobs];
    }
    PyThread_release_lock(shared->lock);
    return job;
}

/* Wait until a job is done, and work meanwhile. */
static void see_done(Shared *shared, Job *job, Scratch *scratch) {
    if (shared->process != process_id()) {
        /* Nobody is there to end what was begun. */
        job->n_done = PyThread_acquire_lock(job->done, NOWAIT_LOCK) ? job->n_done : 0;
        return;
    }
    while (!PyThread_acquire_lock(job->done, NOWAIT_LOCK)) {
        Job *other = begin_job(shared);
        Py_BEGIN_ALLOW_THREADS
        if (other != NULL) {
            do_job(shared, other, scratch, NULL);
            PyThread_release_lock(other->done);
        } else {
            PyThread_acquire_lock(job->done, WAIT_LOCK);
        }
        Py_END_ALLOW_THREADS
        if (other == NULL) {
            return;
        }
    }
}

#endif
