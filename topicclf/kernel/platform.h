/* What differs between compilers and machines. */

#ifndef TOPICCLF_PLATFORM_H
#define TOPICCLF_PLATFORM_H

#ifndef NOINLINE
#define NOINLINE
#endif
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are read as little-endian numbers; the NumPy path serves this machine"
#endif

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#define HAVE_SSE2 1
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#define RESTRICT __restrict
#define UNLIKELY(condition) (condition)
#define PREFETCH(address) _mm_prefetch((const char *)(address), _MM_HINT_T0)
#define LOAD_ACQUIRE(place) (*(place)) /* volatile, which is enough for this compiler */
#define SWAP_POINTER(place, value) _InterlockedExchangePointer((void *volatile *)(place), (value))
static inline int put_if_zero(volatile uint64_t *place, uint64_t value) {
    return _InterlockedCompareExchange64((volatile __int64 *)place, (__int64)value, 0) == 0;
}
static inline int put_if_null(void *volatile *place, void *value) {
    return _InterlockedCompareExchangePointer(place, value, NULL) == NULL;
}
static inline long drop_reference(volatile long *count) {
    return _InterlockedDecrement(count);
}
static inline unsigned lowest_bit(uint64_t bits) {
    unsigned long place;
    _BitScanForward64(&place, bits);
    return (unsigned)place;
}
#else
#define RESTRICT restrict
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define PREFETCH(address) __builtin_prefetch(address)
#define LOAD_ACQUIRE(place) __atomic_load_n((place), __ATOMIC_ACQUIRE)
#define SWAP_POINTER(place, value) __atomic_exchange_n((place), (value), __ATOMIC_ACQ_REL)
static inline int put_if_zero(volatile uint64_t *place, uint64_t value) {
    uint64_t expected = 0;
    return __atomic_compare_exchange_n(place, &expected, value, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}
static inline int put_if_null(void *volatile *place, void *value) {
    void *expected = NULL;
    return __atomic_compare_exchange_n(place, &expected, value, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}
static inline long drop_reference(volatile long *count) {
    return __atomic_sub_fetch(count, 1, __ATOMIC_ACQ_REL);
}
static inline unsigned lowest_bit(uint64_t bits) {
    return (unsigned)__builtin_ctzll(bits);
}
#endif

static inline uint64_t load64(const uint8_t *bytes) {
    uint64_t number;
    memcpy(&number, bytes, sizeof number);
    return number;
}

/* Memory that is kept and grows. */
typedef struct {
    void *data;
    size_t size;
} Room;

/* Make room for so many bytes, keeping what is there; -1 where there is no memory. */
static int reserve(Room *room, size_t size) {
    if (size <= room->size) {
        return 0;
    }
    if (size > SIZE_MAX / 2) {
        return -1;
    }
    size += size / 2 + 64;
    void *data = realloc(room->data, size);
    if (data == NULL) {
        return -1;
    }
    room->data = data;
    room->size = size;
    return 0;
}

/* Likewise, and what is new is zero. */
static int reserve_zeros(Room *room, size_t size) {
    size_t before = room->size;
    if (size <= before) {
        return 0;
    }
    if (reserve(room, size) < 0) {
        return -1;
    }
    memset((char *)room->data + before, 0, room->size - before);
    return 0;
}

#define CACHE_LINE 64
#define HUGE_PAGE ((size_t)2 << 20)

#if defined(__linux__)
#include <sys/mman.h>
#endif

/* Zeroed memory that starts with a cache line; free *block, not what is returned. */
static void *line_calloc(size_t count, size_t size, void **block) {
    *block = NULL;
    if (size && count > (SIZE_MAX / 2 - CACHE_LINE) / size) {
        return NULL;
    }
    size *= count;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    /* In large pages, where there are some: they come faster, and addresses are found faster. */
    if (size >= HUGE_PAGE && !posix_memalign(block, HUGE_PAGE, size)) {
        madvise(*block, size, MADV_HUGEPAGE);
        return memset(*block, 0, size);
    }
#endif
    *block = calloc(size + CACHE_LINE, 1);
    if (*block == NULL) {
        return NULL;
    }
    return (void *)(((uintptr_t)*block + CACHE_LINE - 1) & ~(uintptr_t)(CACHE_LINE - 1));
}

#endif
