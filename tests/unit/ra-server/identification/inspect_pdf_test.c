/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inspect_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct bytes pdf(struct bytes objects)
{
    return JOINED(BYTES("%PDF-1.7\n"), objects, BYTES("\ntrailer<</Root 1 0 R>>\n%%EOF\n"));
}

static struct bytes object(const char *value)
{
    return JOINED(BYTES("1 0 obj\n"), bytes_of_text(value), BYTES("\nendobj\n"));
}

static struct bytes stream(const char *dictionary, struct bytes data)
{
    return JOINED(BYTES("2 0 obj<<"), bytes_of_text(dictionary), BYTES(">>stream\r\n"), data,
                  BYTES("\nendstream endobj\n"));
}

static struct bytes object_stream(const char *objects)
{
    return stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode",
                  deflated(JOINED(BYTES("3 0 "), bytes_of_text(objects))));
}

static void test_structure(void **state)
{
    (void)state;
    expect("no version", BYTES("%PDF-\n%%EOF\n"), "document-malformed");
    expect("only a header", BYTES("%PDF-1.4\n"), "document-truncated");
    expect("header and end", BYTES("%PDF-2.0\n%%EOF"), NULL);
    expect("a table outside the file", BYTES("%PDF-1.4\nstartxref\n99999\n%%EOF\n"), "document-malformed");
    expect("a table at a place beyond any number",
           BYTES("%PDF-1.4\nstartxref\n99999999999999999999999999\n%%EOF\n"), "document-malformed");
    expect("a table nowhere", BYTES("%PDF-1.4\nstartxref\n%%EOF\n"), "document-malformed");
    expect("a table at zero", BYTES("%PDF-1.4\nstartxref\n0\n%%EOF\n"), NULL);
    expect("an update that was cut",
           JOINED(sample("inspect_pdf/minimal.pdf"), BYTES("1 0 obj\n<</Type/Catalog/Pages 2 0 R"),
                  repeated('a', 99)),
           "document-truncated");
    expect("a page of the web behind it",
           JOINED(sample("inspect_pdf/minimal.pdf"), BYTES("\n<html>"), repeated('a', 2000)),
           "document-two-kinds");
    expect("a page of the web before it", BYTES("%PDF-1.4\n%<html><script>alert(1)</script>\n%%EOF\n"),
           "document-two-kinds");
}

static void test_what_acts(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *reason;
    } values[] = {
        {"<</OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>", "document-active"},
        {"<</OpenAction<</S/J#61vaScript>>>>", "document-active"},
        {"<</OpenAction<</S/#4A#61#76#61#53#63#72#69#70#74>>>>", "document-active"},
        {"<</Names<</JavaScript 3 0 R>>>>", "document-active"},
        {"<</AA<</O<</S/Launch/F(cmd.exe)>>>>>>", "document-active"},
        {"<</A<</S/SubmitForm/F(http://x)>>>>", "document-active"},
        {"<</S/ImportData>>", "document-active"},
        {"<</S/Rendition>>", "document-active"},
        {"<</Subtype/RichMedia>>", "document-active"},
        {"<</S/GoToE>>", "document-active"},
        {"<</AcroForm<</XFA[(x) 3 0 R]>>>>", "document-active"},
        {"<</A<</JS 4 0 R>>>>", "document-active"},
        {"[<</A<</JS 4 0 R>>>>]", "document-active"},
        {"<</EF<</F 3 0 R>>/Type/EmbeddedFile>>", "document-attachment"},
        {"<</Names<</EmbeddedFiles 3 0 R>>>>", "document-attachment"},
        {"<</Subtype/FileAttachment>>", "document-attachment"},
        {"<</Encrypt 5 0 R>>", "document-encrypted"},
        {"<</Encrypt 5 0 R/S/JavaScript/Type/EmbeddedFile>>", "document-encrypted"},
        {"<</OpenAction[3 0 R/Fit]>>", NULL},
        {"<</AcroForm<</SigFlags 3/Fields[4 0 R]>>>>", NULL},
        {"<</A<</S/URI/URI(https://www.gov.br/)>>>>", NULL},
        {"<</Title(JavaScript e Launch)/Launcher 1/EncryptMetadata true>>", NULL},
        {"(JavaScript)", NULL},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        expect(values[i].value, pdf(object(values[i].value)), values[i].reason);
        expect(values[i].value, pdf(object_stream(values[i].value)), values[i].reason);
    }
}

/* Wherever a name falls in the pieces in which a stream is opened. */
static void test_a_name_across_pieces(void **state)
{
    (void)state;
    for (size_t before = 32768 - 14; before <= 32768; before++) {
        struct bytes content = JOINED(repeated(' ', before), BYTES("/S/Launch "));
        expect("across pieces", pdf(stream("/N 1/First 4/Filter/FlateDecode", deflated(content))),
               "document-active");
    }
}

static void test_what_hides(void **state)
{
    (void)state;
    struct bytes action = deflated(BYTES("3 0 <</S/Launch>>"));
    expect("objects without their type", pdf(stream("/First 4/N 1/Filter/FlateDecode", action)),
           "document-active");
    expect("objects called a picture",
           pdf(stream("/Width 9/Height 9/First 4/N 1/Filter/FlateDecode", action)), "document-active");
    expect("an action in a form", pdf(stream("/Filter/FlateDecode", action)), "document-active");
    expect("objects behind a predictor",
           pdf(stream("/N 1/First 4/Filter/FlateDecode/DecodeParms<</Predictor 12>>", action)),
           "document-variant");
    expect("objects in runs", pdf(stream("/N 1/First 4/Filter/RunLengthDecode", BYTES("\1ab\x80"))),
           "document-variant");
    expect("objects in hexadecimal", pdf(stream("/N 1/First 4/Filter/ASCIIHexDecode", BYTES("2F4A53203 >"))),
           "document-active");
    expect("plain objects", pdf(stream("/N 1/First 4", BYTES("3 0 <</JS(x)>>"))), "document-active");
    expect("a filter kept elsewhere", pdf(stream("/Filter 7 0 R", action)), "document-variant");
    expect("a filter nobody knows", pdf(stream("/Filter/LZWDecode", BYTES("x"))), "document-variant");
    expect("a second object inside a stream",
           pdf(stream("", JOINED(BYTES("9 0 obj<</Filter/FlateDecode>>stream\n"), action))),
           "document-active");
    expect("a dictionary that a text seems to begin",
           pdf(stream("/Filter/FlateDecode/X(1 0 obj <<)", deflated(repeated(0, 8 << 20)))),
           "document-expansion");
    expect("a name of its own encryption", pdf(stream("/Filter[/Crypt/FlateDecode]", action)),
           "document-encrypted");
}

static void test_what_explodes(void **state)
{
    (void)state;
    struct bytes zeros = deflated(repeated(0, 8 << 20));
    expect("zeros", pdf(stream("/Filter/FlateDecode", zeros)), "document-expansion");
    expect("zeros, abbreviated", pdf(stream("/Filter/Fl", zeros)), "document-expansion");
    expect("zeros, escaped", pdf(stream("/F#69lter/Flate#44ecode", zeros)), "document-expansion");
    expect("zeros, filter in an array", pdf(stream("/Filter [ /FlateDecode ]", zeros)), "document-expansion");
    expect("two layers", pdf(stream("/Filter[/FlateDecode/FlateDecode]", deflated(zeros))),
           "document-expansion");
    expect("two layers, one declared", pdf(stream("/Filter/FlateDecode", deflated(zeros))),
           "document-expansion");
    expect("four filters", pdf(stream("/Filter[/AHx/AHx/AHx/Fl]", zeros)), "document-expansion");
    expect("an object stream", pdf(stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zeros)),
           "document-expansion");
    expect(
        "a picture of its declared size",
        pdf(stream("/Width 2480/Height 3508/Filter/FlateDecode", deflated(repeated(255, 2480 * 3508 * 3)))),
        NULL);
    expect("a picture beyond its declared size", pdf(stream("/Width 9/Height 9/Filter/FlateDecode", zeros)),
           "document-expansion");
    expect("a picture too large", pdf(stream("/Width 20001/Height 20001/Filter/JPXDecode", BYTES("x"))),
           "document-dimensions");
    expect("a JPEG larger than declared",
           pdf(stream("/Width 9/Height 9/Filter/DCTDecode",
                      BYTES("\xFF\xD8\xFF\xC0\0\x0B\10\x4E\x21\x4E\x21\1\1\x11\0"))),
           "document-dimensions");
    expect("a compressed stream that is none", pdf(stream("/Filter/FlateDecode", BYTES("nada disso"))),
           "document-malformed");
    expect("a compressed stream that breaks at once",
           pdf(stream("/Filter/FlateDecode", BYTES("x\x9C\xFF\xFF"))), "document-malformed");
    expect("an empty stream", pdf(stream("/Filter/FlateDecode", (struct bytes){NULL, 0})), NULL);
}

/* Each part within its bounds, the sum not: the work of one file is bounded. */
static void test_work_is_bounded(void **state)
{
    (void)state;
    struct bytes part = stream("/Filter/FlateDecode", deflated(repeated(0, 4 << 20)));
    struct bytes all = part;
    for (int doubled = 0; doubled < 8; doubled++)
        all = JOINED(all, all);
    expect("1 GiB in parts of 4 MiB", pdf(all), "document-expansion");
    struct bytes runs =
        stream("/Filter/RunLengthDecode", joined(1, (const struct bytes[]){repeated(0x81, 9000000)}));
    expect("runs of 128 bytes", pdf(runs), "document-expansion");
    struct bytes open = BYTES("1 0 obj[");
    for (int doubled = 0; doubled < 20; doubled++)
        open = JOINED(open, open);
    expect("a million objects that never end", pdf(open), "document-expansion");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_what_acts),
        cmocka_unit_test(test_a_name_across_pieces),
        cmocka_unit_test(test_what_hides),
        cmocka_unit_test(test_what_explodes),
        cmocka_unit_test(test_work_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
