/* Linear classifiers by coordinate descent in the dual, several at a time.
 *
 * After Hsieh et al. (2008), "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML, as in
 * liblinear. The classifiers go through the same examples in the same order, each with its own scale of
 * the features: what an example's features cost to fetch is paid once.
 */

#ifndef TOPICCLF_DESCENT_H
#define TOPICCLF_DESCENT_H

#include "platform.h"

#include <math.h>

#define MOST_CLASSIFIERS 64
#define STILL 1e-12

typedef struct {
    const float *values;    /* of all examples, one after the other */
    const int64_t *columns; /* the feature of each value */
    const int64_t *bounds;  /* where each example starts, and the end */
    const float *counts;    /* of each example for each classifier; below zero for a no, 0 for unknown */
    float *dual;            /* likewise */
    const float *squares;   /* of each feature's scale, for each classifier */
    double *weights;        /* likewise, of features that are not scaled */
    double *ends;           /* the least and the greatest slope of each classifier */
    size_t k;               /* how many classifiers */
    int linear;             /* whether the hinge is not squared */
} Descent;

/* The slope of one dual variable, with its bounds heeded. */
static double projected(double slope, double dual, double most) {
    if (dual <= 0) {
        return slope < 0 ? slope : 0;
    }
    return dual >= most && slope < 0 ? 0 : slope;
}

/* Move the dual variables of one example. */
static void visit(const Descent *self, int64_t example) {
    size_t k = self->k;
    const float *counts = self->counts + (size_t)example * k;
    float *dual = self->dual + (size_t)example * k;
    double score[MOST_CLASSIFIERS] = {0}, slope[MOST_CLASSIFIERS], square[MOST_CLASSIFIERS] = {0};
    double step[MOST_CLASSIFIERS];
    int64_t start = self->bounds[example], end = self->bounds[example + 1];
    int moves = 0;
    for (int64_t i = start; i < end; i++) {
        const double *weights = self->weights + (size_t)self->columns[i] * k;
        for (size_t c = 0; c < k; c++) {
            score[c] += self->values[i] * weights[c];
        }
    }
    for (size_t c = 0; c < k; c++) {
        slope[c] = 0;
        if (counts[c] == 0) {
            continue;
        }
        double count = fabs((double)counts[c]);
        double at = (counts[c] > 0 ? score[c] : -score[c]) - 1;
        at += self->linear ? 0 : dual[c] / (2 * count);
        double least = projected(at, dual[c], self->linear ? counts[c] > 0 ? counts[c] : -counts[c] : INFINITY);
        self->ends[2 * c] = least < self->ends[2 * c] ? least : self->ends[2 * c];
        self->ends[2 * c + 1] = least > self->ends[2 * c + 1] ? least : self->ends[2 * c + 1];
        if (fabs(least) > STILL) {
            slope[c] = at;
            moves = 1;
        }
    }
    if (!moves) {
        return;
    }
    for (int64_t i = start; i < end; i++) {
        const float *squares = self->squares + (size_t)self->columns[i] * k;
        double value = (double)self->values[i] * self->values[i];
        for (size_t c = 0; c < k; c++) {
            square[c] += value * squares[c];
        }
    }
    for (size_t c = 0; c < k; c++) {
        step[c] = 0;
        if (slope[c] != 0) {
            float count = counts[c] > 0 ? counts[c] : -counts[c];
            double bend = square[c] + (self->linear ? 0 : 1 / (2 * (double)count));
            float to = (float)(dual[c] - slope[c] / bend);
            to = to > 0 ? to : 0;
            to = self->linear && to > count ? count : to;
            step[c] = ((double)to - dual[c]) * (counts[c] > 0 ? 1 : -1);
            dual[c] = to;
        }
    }
    for (int64_t i = start; i < end; i++) {
        double *weights = self->weights + (size_t)self->columns[i] * k;
        const float *squares = self->squares + (size_t)self->columns[i] * k;
        for (size_t c = 0; c < k; c++) {
            weights[c] += step[c] * self->values[i] * squares[c];
        }
    }
}

#endif
