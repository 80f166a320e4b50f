/* The .npy format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "npy.h"

#include <stdlib.h>
#include <string.h>

#define MAX_HEADER 65536
#define PREAMBLE 10 /* magic, version, length of the header */

struct bytes read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  unsigned char *data = NULL;
  size_t size = 0, room = 0, got;
  struct bytes result;
  if (!file)
    fail("%s: cannot be opened", path);
  do {
    if (size == room) {
      unsigned char *more = realloc(data, room = room ? 2 * room : 1 << 16);
      if (!more)
        fail("%s: not enough memory", path);
      data = more;
    }
    got = fread(data + size, 1, room - size, file);
    size += got;
  } while (got);
  if (ferror(file))
    fail("%s: cannot be read", path);
  fclose(file);
  result.data = data;
  result.size = size;
  return result;
}

/* What follows 'key': in the header's dict. */
static const char *find_key(const char *header, const char *key, const char *where) {
  const char *at = strstr(header, key);
  if (!at)
    fail("%s: not a .npy file (no %s)", where, key);
  at += strlen(key);
  while (*at == ' ' || *at == ':')
    at++;
  return at;
}

static void check_type(const char *header, const struct port *port, const char *where) {
  const char *at = find_key(header, "'descr'", where);
  size_t length = 0;
  if (*at != '\'')
    fail("%s: its dtype has fields; %s needs %s", where, port->name, port->type);
  while (at[1 + length] && at[1 + length] != '\'')
    length++;
  if (length != strlen(port->type) || strncmp(at + 1, port->type, length) != 0)
    fail("%s: dtype is %.*s, %s needs %s", where, (int)(length < 40 ? length : 40), at + 1, port->name, port->type);
}

static void print_shape(char *out, size_t size, const struct port *port) {
  size_t used = 0;
  int i;
  out[0] = 0;
  for (i = 0; i < port->rank && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, i ? ", %zu" : "%zu", port->shape[i]);
}

static void check_shape(const char *header, const struct port *port, const char *where) {
  const char *start = find_key(header, "'shape'", where), *at = start + 1;
  char want[512];
  int rank = 0, same = *start == '(', moving = 0, i;
  while (same && *at != ')') {
    char *end;
    unsigned long long extent = strtoull(at, &end, 10);
    if (end == at || rank == port->rank || extent != port->shape[rank])
      same = 0;
    rank++;
    at = end + strspn(end, ", ");
  }
  if (!same || rank != port->rank) {
    size_t shown = strcspn(start, ")") + 1;
    print_shape(want, sizeof want, port);
    fail("%s: shape is %.*s, %s needs (%s)", where, shown < 80 ? (int)shown : 80, start, port->name, want);
  }
  for (i = 0; i < port->rank; i++)
    moving += port->shape[i] > 1;
  if (moving > 1 && strncmp(find_key(header, "'fortran_order'", where), "False", 5) != 0)
    fail("%s: is in Fortran order; save numpy.ascontiguousarray of it", where);
}

/* Copies the header's text, which is ASCII and ends with a newline. Returns where the elements start. */
static size_t read_header(struct bytes npy, char *header, const char *where) {
  size_t length, start = PREAMBLE, i;
  if (npy.size < PREAMBLE || memcmp(npy.data, "\x93NUMPY", 6) != 0)
    fail("%s: not a .npy file", where);
  length = npy.data[8] | (size_t)npy.data[9] << 8;
  if (npy.data[6] > 1 && npy.size >= PREAMBLE + 2) { /* versions 2 and 3 have four bytes of length */
    start += 2;
    length |= (size_t)npy.data[10] << 16 | (size_t)npy.data[11] << 24;
  }
  if (npy.data[6] < 1 || npy.data[6] > 3 || length >= MAX_HEADER)
    fail("%s: version %d of .npy with a header of %zu bytes is not known", where, npy.data[6], length);
  if (length > npy.size - start)
    fail("%s: is cut off in its header", where);
  for (i = 0; i < length; i++) {
    header[i] = (char)npy.data[start + i];
    if ((header[i] < ' ' || header[i] > '~') && !(header[i] == '\n' && i == length - 1))
      fail("%s: not a .npy file (byte %zu)", where, start + i);
  }
  header[length ? length - 1 : 0] = 0;
  return start + length;
}

const unsigned char *npy_elements(struct bytes npy, const struct port *port, const char *where) {
  char header[MAX_HEADER];
  size_t start = read_header(npy, header, where);
  check_type(header, port, where);
  check_shape(header, port, where);
  if (npy.size - start != port->bytes)
    fail("%s: holds %zu bytes of elements, %s needs %zu", where, npy.size - start, port->name, port->bytes);
  return npy.data + start;
}

size_t npy_header(const struct port *port, char *out, size_t size) {
  char shape[512];
  size_t used, text;
  print_shape(shape, sizeof shape, port);
  used = PREAMBLE + (size_t)snprintf(out + PREAMBLE, size - PREAMBLE, "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }",
                                     port->type, shape, port->rank == 1 ? "," : "");
  while ((used + 1) % 64 && used + 2 < size) /* elements start at a multiple of 64 */
    out[used++] = ' ';
  out[used++] = '\n';
  text = used - PREAMBLE;
  memcpy(out, "\x93NUMPY\1", 8); /* and the 0 behind it: version 1.0 */
  out[8] = (char)(text & 0xff);
  out[9] = (char)(text >> 8);
  return used;
}

void npy_write(FILE *file, const struct port *port, const void *elements) {
  char header[1024];
  fwrite(header, 1, npy_header(port, header, sizeof header), file);
  fwrite(elements, 1, port->bytes, file);
}
