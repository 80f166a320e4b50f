/* Zip archives of stored entries, as numpy.savez writes them. Format: APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16. */
#include "npy.h"

#include <stdlib.h>
#include <string.h>

enum { LOCAL = 30, CENTRAL = 46, END = 22, STORED = 0, MAX_COMMENT = 65535 }; /* bytes of the fixed parts of records */


static unsigned long u16(const unsigned char *at) { return at[0] | (unsigned long)at[1] << 8; }
static unsigned long u32(const unsigned char *at) { return u16(at) | u16(at + 2) << 16; }

static unsigned long crc32(unsigned long crc, const unsigned char *data, size_t size) {
  unsigned long table[256], i;
  int bit;
  for (i = 0; i < 256; i++)
    for (table[i] = i, bit = 0; bit < 8; bit++)
      table[i] = table[i] & 1 ? 0xedb88320UL ^ table[i] >> 1 : table[i] >> 1;
  crc ^= 0xffffffffUL;
  while (size--)
    crc = table[(crc ^ *data++) & 0xff] ^ crc >> 8;
  return crc ^ 0xffffffffUL;
}

int is_zip(struct bytes file) { return file.size >= 4 && memcmp(file.data, "PK", 2) == 0 && file.data[2] < 8; }

/* The end record, which says where the central directory is. It is the last thing but for a comment. */
static const unsigned char *end_record(struct bytes zip, const char *where) {
  size_t back;
  for (back = END; back <= zip.size && back <= END + MAX_COMMENT; back++)
    if (memcmp(zip.data + zip.size - back, "PK\5\6", 4) == 0)
      return zip.data + zip.size - back;
  fail("%s: not a .npz file, or cut off", where);
  return NULL;
}

/* Where an entry's bytes are; `record` is its record in the central directory. */
static struct bytes content(struct bytes zip, const unsigned char *record, const char *where) {
  size_t at = u32(record + 42), size = u32(record + 20), skip;
  struct bytes result;
  if (u16(record + 10) != STORED)
    fail("%s: is compressed; save it with numpy.savez, not numpy.savez_compressed", where);
  if (at == 0xffffffffUL || size == 0xffffffffUL)
    fail("%s: is larger than 4 GiB; save its arrays as .npy files", where);
  if (zip.size < LOCAL || at > zip.size - LOCAL || memcmp(zip.data + at, "PK\3\4", 4) != 0)
    fail("%s: is damaged (no entry at byte %zu)", where, at);
  skip = LOCAL + u16(zip.data + at + 26) + u16(zip.data + at + 28);
  if (skip > zip.size - at || size > zip.size - at - skip)
    fail("%s: is cut off", where);
  result.data = zip.data + at + skip;
  result.size = size;
  if (crc32(0, result.data, size) != u32(record + 16))
    fail("%s: is damaged (checksum of the entry at byte %zu)", where, at);
  return result;
}

/* Steps through the directory: the record after `record`, or the first one. Null at the end. */
static const unsigned char *next_record(struct bytes zip, const unsigned char *record, const char *where) {
  const unsigned char *end = end_record(zip, where), *limit = end;
  size_t start = u32(end + 16), size;
  if (!record) {
    if (start > (size_t)(end - zip.data))
      fail("%s: is damaged, or larger than 4 GiB", where);
    record = zip.data + start;
  } else {
    record += CENTRAL + u16(record + 28) + u16(record + 30) + u16(record + 32);
  }
  if (record + CENTRAL > limit || memcmp(record, "PK\1\2", 4) != 0)
    return NULL;
  size = CENTRAL + u16(record + 28) + u16(record + 30) + u16(record + 32);
  if (size > (size_t)(limit - record))
    fail("%s: is damaged (its directory)", where);
  return record;
}

/* Is this entry NAME.npy? */
static int named(const unsigned char *record, const char *name) {
  size_t size = u16(record + 28), length = strlen(name);
  if (size == length + 4 && memcmp(record + CENTRAL + length, ".npy", 4) == 0)
    size = length;
  return size == length && memcmp(record + CENTRAL, name, length) == 0;
}

static const unsigned char *find(struct bytes zip, const char *name, const char *where) {
  const unsigned char *record = next_record(zip, NULL, where), *only = record;
  if (!name) {
    if (!only || next_record(zip, only, where))
      fail("%s: does not hold exactly one array", where);
    return only;
  }
  while (record && !named(record, name))
    record = next_record(zip, record, where);
  return record;
}

int zip_has(struct bytes zip, const char *name, const char *where) { return find(zip, name, where) != NULL; }

struct bytes zip_entry(struct bytes zip, const char *name, const char *where) {
  const unsigned char *record = find(zip, name, where);
  if (!record)
    fail("%s: holds no array '%s'", where, name);
  return content(zip, record, where);
}

static unsigned char *put16(unsigned char *at, unsigned long value) {
  at[0] = (unsigned char)value;
  at[1] = (unsigned char)(value >> 8);
  return at + 2;
}
static unsigned char *put32(unsigned char *at, unsigned long value) { return put16(put16(at, value & 0xffff), value >> 16 & 0xffff); }

/* What local and central records share: version, flags, method, time and date (1980-01-01), checksum, sizes, lengths. */
static unsigned char *put_common(unsigned char *at, unsigned long crc, size_t size, size_t name) {
  at = put16(put16(put16(at, 20), 0x800), STORED); /* 0x800: names are UTF-8 */
  at = put16(put16(at, 0), 0x21);
  at = put32(put32(put32(at, crc), (unsigned long)size), (unsigned long)size);
  return put16(put16(at, (unsigned long)name), 0);
}

/* A record: signature, `before` bytes of its own, what is common, `after` bytes of its own; then the name. */
static void write_record(FILE *file, const char *signature, const struct port *port, unsigned long crc, size_t size, int central,
                         size_t offset) {
  unsigned char record[CENTRAL] = {0}, *at = record + 4;
  size_t name = strlen(port->name) + 4;
  memcpy(record, signature, 4);
  if (central)
    at = put16(at, 20); /* made by */
  at = put_common(at, crc, size, name);
  if (central)
    put32(record + CENTRAL - 4, (unsigned long)offset);
  fwrite(record, 1, central ? CENTRAL : LOCAL, file);
  fprintf(file, "%s.npy", port->name);
}

void zip_write(FILE *file, const struct port *ports, int count, void *const *elements) {
  size_t *offsets = calloc((size_t)count + 1, sizeof *offsets), at = 0, directory = 0;
  unsigned long *crcs = calloc((size_t)count + 1, sizeof *crcs);
  unsigned char end[END] = {'P', 'K', 5, 6};
  char header[1024];
  int i;
  if (!offsets || !crcs)
    fail("not enough memory");
  for (i = 0; i < count; i++) {
    size_t head = npy_header(&ports[i], header, sizeof header), size = head + ports[i].bytes;
    offsets[i] = at;
    at += LOCAL + strlen(ports[i].name) + 4 + size;
    if (at >= 0xffffffffUL)
      fail("the outputs are larger than 4 GiB, which .npz cannot hold");
    crcs[i] = crc32(crc32(0, (unsigned char *)header, head), elements[i], ports[i].bytes);
    write_record(file, "PK\3\4", &ports[i], crcs[i], size, 0, 0);
    npy_write(file, &ports[i], elements[i]);
  }
  for (i = 0; i < count; i++) {
    size_t size = npy_header(&ports[i], header, sizeof header) + ports[i].bytes;
    write_record(file, "PK\1\2", &ports[i], crcs[i], size, 1, offsets[i]);
    directory += CENTRAL + strlen(ports[i].name) + 4;
  }
  put16(put16(end + 8, (unsigned long)count), (unsigned long)count);
  put32(put32(end + 12, (unsigned long)directory), (unsigned long)at);
  fwrite(end, 1, END, file);
  free(offsets);
  free(crcs);
}
