/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A PKCS#11 module for tests: the module of $FLAKY_MODULE (SoftHSM's where it says nothing), with the
 * failures that no software token has by itself.
 *
 *   FLAKY_GONE=C_CreateObject:2   pulled out at the second call of that function, and gone from then on
 *   FLAKY_FULL=C_CreateObject:2   no room from the second call of that function on
 *   FLAKY_PUK_TRIES=FILE          as FLAKY_TRIES, for the PUK
 *   FLAKY_TRIES=FILE              a counter of wrong PINs kept in a file: three tries, with the flags of
 * PKCS#11 FLAKY_NO_RAW=1                no CKM_RSA_X_509, as some cards
 *   FLAKY_PINPAD=PIN              a reader with a keypad (protected authentication path), on which this was
 * typed; a PIN that comes from the program is refused FLAKY_PINPAD_PUK=PUK          the same for the PUK
 *   FLAKY_ALWAYS=PIN              every private key wants this PIN again for each signature
 * (CKA_ALWAYS_AUTHENTICATE)
 *   FLAKY_LIES=length|count       says that a value is longer than the room it had, or more objects than
 * asked
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3 };

static CK_FUNCTION_LIST *real, list;
static bool gone;

/* One call of `name`: has the plan of this variable come to it? `calls` counts them. */
static bool is_due(const char *variable, const char *name, int *calls)
{
    const char *plan = getenv(variable);
    size_t length = strlen(name);
    if (plan == NULL || strncmp(plan, name, length) != 0 || (plan[length] != ':' && plan[length] != '\0'))
        return false;
    int wanted = plan[length] == ':' ? (int)strtol(plan + length + 1, NULL, 10) : 1;
    return ++*calls >= wanted;
}

static bool is_gone(const char *name)
{
    static int calls;
    gone = gone || is_due("FLAKY_GONE", name, &calls);
    return gone;
}

static CK_RV no_room(const char *name)
{
    static int calls;
    return is_gone(name)                        ? CKR_DEVICE_REMOVED
           : is_due("FLAKY_FULL", name, &calls) ? CKR_DEVICE_MEMORY
                                                : CKR_OK;
}

static int wrong_in(const char *variable)
{
    const char *path = getenv(variable);
    FILE *file = path == NULL ? NULL : fopen(path, "re");
    char text[8] = "";
    if (file == NULL)
        return 0;
    if (fgets(text, sizeof text, file) == NULL)
        text[0] = '\0';
    fclose(file);
    return (int)strtol(text, NULL, 10);
}

static int wrong_so_far(void)
{
    return wrong_in("FLAKY_TRIES");
}

static void keep_wrong_in(const char *variable, int wrong)
{
    const char *path = getenv(variable);
    FILE *file = path == NULL ? NULL : fopen(path, "we");
    if (file == NULL)
        return;
    fprintf(file, "%d", wrong);
    fclose(file);
}

static void keep_wrong(int wrong)
{
    keep_wrong_in("FLAKY_TRIES", wrong);
}

static void count_puk(CK_RV answer)
{
    if (answer == CKR_PIN_INCORRECT || answer == CKR_OK)
        keep_wrong_in("FLAKY_PUK_TRIES", answer == CKR_OK ? 0 : wrong_in("FLAKY_PUK_TRIES") + 1);
}

/* What the program gave, or what was typed on the keypad; false: the program must not have it. */
static bool typed(const char *variable, CK_UTF8CHAR **pin, CK_ULONG *length)
{
    char *keypad = getenv(variable);
    if (getenv("FLAKY_PINPAD") == NULL)
        return true;
    if (*pin != NULL || keypad == NULL)
        return false;
    *pin = (CK_UTF8CHAR *)keypad;
    *length = strlen(keypad);
    return true;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
    if (gone)
        return CKR_TOKEN_NOT_PRESENT;
    CK_RV answer = real->C_GetTokenInfo(slot, info);
    if (answer == CKR_OK && getenv("FLAKY_PINPAD") != NULL)
        info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
    if (answer == CKR_OK && getenv("FLAKY_PUK_TRIES") != NULL) {
        int left = TRIES - wrong_in("FLAKY_PUK_TRIES");
        info->flags &= ~(CK_FLAGS)(CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_LOCKED);
        info->flags |= left == TRIES ? 0
                       : left > 1    ? CKF_SO_PIN_COUNT_LOW
                       : left == 1   ? CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY
                                     : CKF_SO_PIN_LOCKED;
    }
    if (answer != CKR_OK || getenv("FLAKY_TRIES") == NULL)
        return answer;
    int wrong = wrong_so_far();
    info->flags &= ~(CK_FLAGS)(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED);
    info->flags |= wrong == 0           ? 0
                   : wrong < TRIES - 1  ? CKF_USER_PIN_COUNT_LOW
                   : wrong == TRIES - 1 ? CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY
                                        : CKF_USER_PIN_LOCKED;
    return CKR_OK;
}

/* A key that asks each time: between the beginning of a signature and its end. */
static bool authenticated;

static CK_RV login_for_one(const CK_UTF8CHAR *pin, CK_ULONG length)
{
    const char *right = getenv("FLAKY_ALWAYS");
    if (wrong_so_far() >= TRIES)
        return CKR_PIN_LOCKED;
    authenticated = right != NULL && length == strlen(right) && memcmp(pin, right, length) == 0;
    keep_wrong(authenticated ? 0 : wrong_so_far() + 1);
    return authenticated ? CKR_OK : CKR_PIN_INCORRECT;
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG length)
{
    if (is_gone("C_Login"))
        return CKR_DEVICE_REMOVED;
    if (user == CKU_SO ? wrong_in("FLAKY_PUK_TRIES") >= TRIES : wrong_so_far() >= TRIES)
        return CKR_PIN_LOCKED;
    if (!typed(user == CKU_SO ? "FLAKY_PINPAD_PUK" : "FLAKY_PINPAD", &pin, &length))
        return CKR_ARGUMENTS_BAD;
    if (user == CKU_CONTEXT_SPECIFIC)
        return login_for_one(pin, length);
    CK_RV answer = real->C_Login(session, user, pin, length);
    if (user == CKU_SO)
        count_puk(answer);
    if (user == CKU_USER && answer == CKR_PIN_INCORRECT)
        keep_wrong(wrong_so_far() + 1);
    if (user == CKU_USER && answer == CKR_OK)
        keep_wrong(0);
    return answer;
}

static CK_RV init_token(CK_SLOT_ID slot, CK_UTF8CHAR *puk, CK_ULONG length, CK_UTF8CHAR *label)
{
    if (!typed("FLAKY_PINPAD_PUK", &puk, &length))
        return CKR_ARGUMENTS_BAD;
    CK_RV answer = real->C_InitToken(slot, puk, length, label);
    count_puk(answer);
    return answer;
}

static bool told_to_lie(const char *about)
{
    const char *lies = getenv("FLAKY_LIES");
    return lies != NULL && strcmp(lies, about) == 0;
}

static CK_RV get_attributes(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template,
                            CK_ULONG count)
{
    CK_RV answer = real->C_GetAttributeValue(session, object, template, count);
    for (CK_ULONG i = 0; answer == CKR_OK && getenv("FLAKY_ALWAYS") != NULL && i < count; i++)
        if (template[i].type == CKA_ALWAYS_AUTHENTICATE && template[i].pValue != NULL &&
            template[i].ulValueLen == sizeof(CK_BBOOL))
            *(CK_BBOOL *)template[i].pValue = CK_TRUE;
    if (answer == CKR_OK && count == 1 && template->pValue != NULL && told_to_lie("length"))
        template->ulValueLen += 1UL << 20;
    return answer;
}

static CK_RV find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *found, CK_ULONG most, CK_ULONG *number)
{
    CK_RV answer = real->C_FindObjects(session, found, most, number);
    if (answer == CKR_OK && told_to_lie("count"))
        *number = most + 1000;
    return answer;
}

static CK_RV sign_now(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature,
                      CK_ULONG *size)
{
    if (getenv("FLAKY_ALWAYS") != NULL && !authenticated)
        return CKR_USER_NOT_LOGGED_IN;
    if (signature != NULL)
        authenticated = false;
    return real->C_Sign(session, data, length, signature, size);
}

static CK_RV init_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR *pin, CK_ULONG length)
{
    if (!typed("FLAKY_PINPAD", &pin, &length))
        return CKR_ARGUMENTS_BAD;
    CK_RV answer = real->C_InitPIN(session, pin, length);
    if (answer == CKR_OK)
        keep_wrong(0);
    return answer;
}

static CK_RV mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
    if (type == CKM_RSA_X_509 && getenv("FLAKY_NO_RAW") != NULL)
        return CKR_MECHANISM_INVALID;
    return real->C_GetMechanismInfo(slot, type, info);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    if (is_gone("C_SignInit"))
        return CKR_DEVICE_REMOVED;
    if (mechanism->mechanism == CKM_RSA_X_509 && getenv("FLAKY_NO_RAW") != NULL)
        return CKR_MECHANISM_INVALID;
    authenticated = false;
    return real->C_SignInit(session, mechanism, key);
}

static CK_RV create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
                           CK_OBJECT_HANDLE *object)
{
    CK_RV room = no_room("C_CreateObject");
    return room != CKR_OK ? room : real->C_CreateObject(session, template, count, object);
}

static CK_RV generate(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public_template,
                      CK_ULONG public_count, CK_ATTRIBUTE *private_template, CK_ULONG private_count,
                      CK_OBJECT_HANDLE *public_part, CK_OBJECT_HANDLE *private_part)
{
    CK_RV room = no_room("C_GenerateKeyPair");
    return room != CKR_OK
               ? room
               : real->C_GenerateKeyPair(session, mechanism, public_template, public_count, private_template,
                                         private_count, public_part, private_part);
}

static CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count)
{
    return is_gone("C_FindObjectsInit") ? CKR_DEVICE_REMOVED
                                        : real->C_FindObjectsInit(session, template, count);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **functions);
CK_RV C_GetFunctionList(CK_FUNCTION_LIST **functions)
{
    const char *path = getenv("FLAKY_MODULE");
    if (real == NULL) {
        void *module = dlopen(path == NULL ? "/usr/lib/softhsm/libsofthsm2.so" : path, RTLD_NOW | RTLD_LOCAL);
        CK_C_GetFunctionList get = NULL;
        if (module == NULL)
            return CKR_GENERAL_ERROR;
        *(void **)&get = dlsym(module, "C_GetFunctionList");
        if (get == NULL || get(&real) != CKR_OK)
            return CKR_GENERAL_ERROR;
        list = *real;
        list.C_GetFunctionList = C_GetFunctionList;
        list.C_GetTokenInfo = get_token_info;
        list.C_Login = login;
        list.C_InitPIN = init_pin;
        list.C_InitToken = init_token;
        list.C_GetAttributeValue = get_attributes;
        list.C_Sign = sign_now;
        list.C_GetMechanismInfo = mechanism_info;
        list.C_SignInit = sign_init;
        list.C_CreateObject = create_object;
        list.C_GenerateKeyPair = generate;
        list.C_FindObjectsInit = find_init;
        list.C_FindObjects = find;
    }
    *functions = &list;
    return CKR_OK;
}
