/* SPDX-License-Identifier: MIT */
/* One JSON object a line on stdout. Whatever bytes a text has, the line stays JSON and UTF-8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

void json_begin(const char *type);
void json_end(void);

/* Members; without a key, items of the array that is open. Texts may be NULL, then they are null. */
void json_text(const char *key, const char *text);
void json_number(const char *key, unsigned long long number);
void json_bool(const char *key, bool value);
/* Text that is JSON already. */
void json_raw(const char *key, const char *json);
void json_base64(const char *key, const void *data, size_t size);
/* `null` for 0, else {errno, code, text}. */
void json_errno(const char *key, int error);

/* `bracket` is [ or {; it is closed by ] or }. */
void json_open(const char *key, char bracket);
void json_close(char bracket);

/* Whole lines that several files say. */
void say_error(const char *message, int error);
void say_notice(const char *code, const char *message);
