/* Arrays in numpy's files: .npy, and .npz, which is a zip archive of them. Every failure ends the program with one line. */
#ifndef NPY_H
#define NPY_H

#include <stddef.h>
#include <stdio.h>

struct port { /* an input or output of the model */
  const char *name;
  const char *identifier; /* the same in C */
  const char *type;       /* as numpy writes it, such as <f4 */
  int rank;
  const size_t *shape;
  size_t bytes;
};

struct bytes {
  const unsigned char *data;
  size_t size;
};

/* Prints "net: message" and exits. */
void fail(const char *format, ...);

/* A whole file. The memory is the caller's. */
struct bytes read_file(const char *path);

/* The elements in a .npy file, if it holds what the port needs; `where` names the file in messages. */
const unsigned char *npy_elements(struct bytes npy, const struct port *port, const char *where);

void npy_write(FILE *file, const struct port *port, const void *elements);
size_t npy_header(const struct port *port, char *out, size_t size); /* returns its length */

int is_zip(struct bytes file);
int zip_has(struct bytes zip, const char *name, const char *where);
/* The content of NAME.npy in a .npz; a null name is that of the only entry. */
struct bytes zip_entry(struct bytes zip, const char *name, const char *where);
void zip_write(FILE *file, const struct port *ports, int count, void *const *elements);

#endif
