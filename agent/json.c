// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "json.h"

#include "io.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The kernel's own, which never should have reached user space. */
#define ENOTSUPP 524

static bool comma;

static void put(const char *text)
{
	io_put(text, strlen(text));
}

/* The length of the UTF-8 character that begins here, 0 if none does. */
static size_t character(const unsigned char *c)
{
	size_t length = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;
	unsigned char lowest = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char highest = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf;

	for (size_t i = 1; i < length; i++) {
		if (c[i] < (i == 1 ? lowest : 0x80) || c[i] > (i == 1 ? highest : 0xbf))
			return 0;
	}
	return length;
}

static void put_quoted(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	put("\"");
	while (*c) {
		const unsigned char *plain = c;
		char escape[8];
		size_t length;

		while (*c >= ' ' && *c != '"' && *c != '\\' && *c != 0x7f && (length = character(c)))
			c += length;
		if (c > plain)
			io_put(plain, c - plain);
		if (!*c)
			break;
		if (*c == '\n')
			strcpy(escape, "\\n");
		else
			snprintf(escape, sizeof(escape), *c == '"' || *c == '\\' ? "\\%c" : "\\u%04x", *c);
		put(escape);
		c++;
	}
	put("\"");
}

static void put_key(const char *key)
{
	if (comma)
		put(",");
	comma = true;
	if (!key)
		return;
	put_quoted(key);
	put(":");
}

void json_begin(const char *type)
{
	comma = false;
	put("{");
	json_text("type", type);
}

void json_end(void)
{
	put("}\n");
}

void json_raw(const char *key, const char *json)
{
	put_key(key);
	put(json);
}

void json_text(const char *key, const char *text)
{
	put_key(key);
	if (text)
		put_quoted(text);
	else
		put("null");
}

void json_number(const char *key, unsigned long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", number);
	json_raw(key, text);
}

void json_bool(const char *key, bool value)
{
	json_raw(key, value ? "true" : "false");
}

void json_base64(const char *key, const void *data, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *bytes = data;
	char text[4096];
	size_t used = 0;

	json_raw(key, "\"");
	for (size_t i = 0; i < size; i += 3) {
		unsigned int group = bytes[i] << 16;

		if (i + 1 < size)
			group |= bytes[i + 1] << 8;
		if (i + 2 < size)
			group |= bytes[i + 2];
		text[used++] = digits[group >> 18];
		text[used++] = digits[group >> 12 & 63];
		text[used++] = i + 1 < size ? digits[group >> 6 & 63] : '=';
		text[used++] = i + 2 < size ? digits[group & 63] : '=';
		if (used == sizeof(text)) {
			io_put(text, used);
			used = 0;
		}
	}
	io_put(text, used);
	put("\"");
}

void json_errno(const char *key, int error)
{
	const char *code = error >= __LIBBPF_ERRNO__START ? "LIBBPF_ERRNO" : strerrorname_np(error);
	char text[128];

	if (!error) {
		json_text(key, NULL);
		return;
	}
	libbpf_strerror(error, text, sizeof(text));
	json_open(key, '{');
	json_number("errno", error);
	json_text("code", error == ENOTSUPP ? "ENOTSUPP" : code ? code : "?");
	json_text("text", error == ENOTSUPP ? "Not supported by this kernel" : text);
	json_close('}');
}

void json_open(const char *key, char bracket)
{
	put_key(key);
	io_put(&bracket, 1);
	comma = false;
}

void json_close(char bracket)
{
	io_put(&bracket, 1);
	comma = true;
}

void say_error(const char *message, int error)
{
	json_begin("error");
	json_text("message", message);
	json_errno("error", error);
	json_end();
}

void say_notice(const char *code, const char *message)
{
	json_begin("notice");
	json_text("code", code);
	json_text("message", message);
	json_end();
}
