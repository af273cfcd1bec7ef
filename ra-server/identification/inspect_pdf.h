/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the PDF walk share. Readers of PDF mend what is broken and follow offsets anywhere, so
 * the walk believes no offset and no length: it looks at every name and at everything that could be an
 * object, wherever it stands, and opens every compressed stream, within a budget of work.
 */
#ifndef IDENTIFICATION_INSPECT_PDF_H
#define IDENTIFICATION_INSPECT_PDF_H

#include "identification/inspect_internal.h"

#include <zlib.h>

enum { PDF_NAME_MAX = 24, PDF_FILTERS_MAX = 3, PDF_BUFFER = 32768 };

enum pdf_filter {
    PDF_FILTER_ASCII85,
    PDF_FILTER_ASCII_HEX,
    PDF_FILTER_FLATE,
    PDF_FILTER_RUN_LENGTH,
    PDF_FILTER_DCT,
    PDF_FILTER_IMAGE, /* CCITT, JBIG2, JPEG 2000: bounded by the declared dimensions */
    PDF_FILTER_CRYPT,
    PDF_FILTER_OTHER, /* LZW, and what nobody knows */
};

/* What a stream's dictionary says of it. */
struct pdf_dictionary {
    enum pdf_filter filters[PDF_FILTERS_MAX];
    size_t filter_count;   /* as declared: may be beyond PDF_FILTERS_MAX */
    bool filter_elsewhere; /* a reference to another object */
    bool holds_objects;    /* an object stream */
    bool predicted;
    uint32_t width, height, bits; /* of an image; 0: not said */
};

/* One pass over names, in pieces. */
struct pdf_names {
    bool holds_objects; /* these are objects, where short names mean something too */
    bool reading, after_type;
    char raw[3 * PDF_NAME_MAX]; /* each character may be written as #xx */
    size_t length;
    uint32_t pages;
    enum inspection_refusal refusal; /* the gravest so far; INSPECTION_REFUSAL_COUNT: none */
};

struct pdf_walk {
    struct bytes content;
    uint64_t work_left; /* bytes */
    uint32_t pages;
    z_stream inflater; /* one for all streams, reset for each */
    uint8_t coded[PDF_BUFFER], opened[PDF_BUFFER], opened_again[PDF_BUFFER];
};

/* --- names (inspect_pdf_names.c) --- */

bool pdf_is_space(uint8_t byte);
bool pdf_is_delimiter(uint8_t byte);

/* A name without its slash, #xx undone, into `name`; false when it is longer than any name of interest. */
bool pdf_name_decode(struct bytes raw, char name[PDF_NAME_MAX + 1]);

struct pdf_names pdf_names_start(bool holds_objects);
void pdf_names_feed(struct pdf_names *names, struct bytes piece);
void pdf_names_end(struct pdf_names *names);

/* Refuses what the pass found, if anything. */
RA_MUST_CHECK bool pdf_names_judge(const struct pdf_names *names, struct ra_error *error);

/* --- objects (inspect_pdf_object.c) --- */

/* Spends work; INSPECTION_EXPANSION when nothing is left. */
RA_MUST_CHECK bool pdf_work(struct pdf_walk *walk, uint64_t bytes, struct ra_error *error);

/* Reads the object whose value begins at `at`: judges its names and, when it is a stream, its stream. */
RA_MUST_CHECK bool pdf_walk_object(struct pdf_walk *walk, size_t at, struct ra_error *error);

/* --- streams (inspect_pdf_stream.c) --- */

/* Judges the stream whose data begin at `at`. */
RA_MUST_CHECK bool pdf_walk_stream(struct pdf_walk *walk, size_t at, const struct pdf_dictionary *dictionary,
                                   struct ra_error *error);

#endif
