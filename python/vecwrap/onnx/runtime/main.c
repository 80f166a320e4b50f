/* A compiled model as a program: reads its inputs from numpy's files, runs, writes its outputs.
 *
 *   net x=in.npy mask=mask.npy -o out.npz
 *   net inputs.npz --repeat 100
 */
#define _POSIX_C_SOURCE 200809L

#include "npy.h"
#include "ports.h" /* generated: the model's inputs, outputs and errors, and run() */

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define ALIGNMENT 64
#define SHOWN 6 /* elements of an output that are printed */

struct options {
  const char *output;
  long repeat;
};

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", PROGRAM);
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
  exit(1);
}

static void *allocate(size_t size) {
  char *memory = malloc(size + ALIGNMENT);
  if (!memory)
    fail("not enough memory for %zu bytes", size);
  return memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT);
}

static void print_port(const struct port *port) {
  int i;
  printf("  %s %s (", port->name, port->type);
  for (i = 0; i < port->rank; i++)
    printf(i ? ", %zu" : "%zu", port->shape[i]);
  printf(")\n");
}

static void usage(void) {
  int i;
  printf("usage: %s NAME=FILE.npy... | FILE.npz [-o FILE.npz|FILE.npy] [--repeat N]\n\n"
         "Runs the model %s. Inputs are .npy files or entries of .npz files; -o writes the outputs, --repeat prints the\n"
         "median time of N runs.\n\ninputs:\n", PROGRAM, MODEL);
  for (i = 0; i < INPUTS; i++)
    print_port(&input_ports[i]);
  printf("outputs:\n");
  for (i = 0; i < OUTPUTS; i++)
    print_port(&output_ports[i]);
}

static void take(void **elements, const struct port *port, struct bytes npy, const char *where) {
  const unsigned char *found = npy_elements(npy, port, where);
  if (*elements)
    fail("input %s is given twice", port->name);
  *elements = allocate(port->bytes);
  memcpy(*elements, found, port->bytes);
}

/* One .npz for all inputs that it has. */
static void take_all(void **inputs, struct bytes zip, const char *path) {
  int i;
  for (i = 0; i < INPUTS; i++)
    if (zip_has(zip, input_ports[i].name, path))
      take(&inputs[i], &input_ports[i], zip_entry(zip, input_ports[i].name, path), path);
}

static void take_one(void **input, const struct port *port, const char *path) {
  struct bytes file = read_file(path);
  struct bytes npy = file;
  if (is_zip(file))
    npy = zip_entry(file, zip_has(file, port->name, path) ? port->name : NULL, path);
  take(input, port, npy, path);
  free((void *)file.data);
}

/* NAME=FILE, FILE.npz for several inputs, or FILE for a model with one input. */
static void take_argument(void **inputs, const char *argument) {
  struct bytes file;
  int i;
  for (i = 0; i < INPUTS; i++) {
    size_t name = strlen(input_ports[i].name), identifier = strlen(input_ports[i].identifier);
    if (strncmp(argument, input_ports[i].name, name) == 0 && argument[name] == '=') {
      take_one(&inputs[i], &input_ports[i], argument + name + 1);
      return;
    }
    if (strncmp(argument, input_ports[i].identifier, identifier) == 0 && argument[identifier] == '=') {
      take_one(&inputs[i], &input_ports[i], argument + identifier + 1);
      return;
    }
  }
  file = read_file(argument);
  if (is_zip(file))
    take_all(inputs, file, argument);
  else if (INPUTS == 1)
    take(&inputs[0], &input_ports[0], file, argument);
  else
    fail("%s: is for which input? Write NAME=%s; see --help", argument, argument);
  free((void *)file.data);
}

static struct options parse(int argc, char **argv, void **inputs) {
  struct options options = {NULL, 0};
  int i;
  for (i = 1; i < argc; i++) {
    const char *argument = argv[i];
    if (strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0) {
      usage();
      exit(0);
    } else if (strcmp(argument, "-o") == 0 || strcmp(argument, "--repeat") == 0) {
      char *end;
      if (++i == argc)
        fail("%s needs a value; see --help", argument);
      if (argument[1] == 'o') {
        options.output = argv[i];
        continue;
      }
      options.repeat = strtol(argv[i], &end, 10);
      if (*end || options.repeat < 1 || options.repeat > 1000000)
        fail("--repeat needs a number from 1 to 1000000, got %s", argv[i]);
    } else if (argument[0] == '-' && argument[1]) {
      fail("%s is not an option; see --help", argument);
    } else {
      take_argument(inputs, argument);
    }
  }
  return options;
}

static void run_checked(void *const *inputs, void *const *outputs, void *workspace) {
  int i, code = run(inputs, outputs, workspace, WORKSPACE);
  for (i = 0; code && i < ERRORS; i++)
    if (errors[i].code == code)
      fail("%s", errors[i].meaning);
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void measure(void *const *inputs, void *const *outputs, void *workspace, long repeat) {
  double *times = malloc((size_t)repeat * sizeof *times);
  long i;
  if (!times)
    fail("not enough memory");
  for (i = 0; i < repeat; i++) {
    double start = milliseconds();
    run_checked(inputs, outputs, workspace);
    times[i] = milliseconds() - start;
  }
  qsort(times, (size_t)repeat, sizeof *times, ascending);
  printf("median %.4f ms, best %.4f ms, %ld runs\n", times[repeat / 2], times[0], repeat);
  free(times);
}

static double element(const struct port *port, const void *elements, size_t i) {
  switch (port->type[1]) {
  case 'f':
    return port->type[2] == '4' ? ((const float *)elements)[i] : ((const double *)elements)[i];
  case 'i':
    return port->type[2] == '4' ? (double)((const int32_t *)elements)[i] : (double)((const int64_t *)elements)[i];
  default:
    return ((const unsigned char *)elements)[i];
  }
}

static void print_output(const struct port *port, const void *elements) {
  size_t count = port->bytes / (size_t)(port->type[2] - '0'), i;
  print_port(port);
  for (i = 0; i < count && i < SHOWN; i++)
    printf("    %.9g\n", element(port, elements, i));
  if (count > SHOWN)
    printf("    ...\n");
}

/* Devices, pipes and links are written to; only plain files may be replaced or removed. */
static int is_plain(const char *path) {
  struct stat status;
  return lstat(path, &status) != 0 || S_ISREG(status.st_mode);
}

/* Writes to PATH.part, and moves that into place when it is complete. */
static void write_outputs(const char *path, void *const *outputs) {
  size_t length = strlen(path);
  int npz = length > 4 && strcmp(path + length - 4, ".npz") == 0, plain = is_plain(path), bad;
  char *part = allocate(length + 6);
  FILE *file;
  if (!npz && OUTPUTS != 1)
    fail("%s: the model has %d outputs; name a .npz file", path, OUTPUTS);
  sprintf(part, plain ? "%s.part" : "%s", path);
  file = fopen(part, "wb");
  if (!file)
    fail("%s: cannot be written", path);
  if (npz)
    zip_write(file, output_ports, OUTPUTS, outputs);
  else
    npy_write(file, &output_ports[0], outputs[0]);
  bad = ferror(file);
  bad |= fclose(file) != 0;
  if (!bad && plain)
    bad = rename(part, path) != 0;
  if (bad && plain)
    remove(part);
  if (bad)
    fail("%s: cannot be written", path);
}

int main(int argc, char **argv) {
  void *inputs[INPUTS + 1] = {NULL}, *outputs[OUTPUTS + 1] = {NULL}, *workspace;
  struct options options = parse(argc, argv, inputs);
  int i;
  for (i = 0; i < INPUTS; i++)
    if (!inputs[i])
      fail("input %s is missing; see --help", input_ports[i].name);
  if (!supported())
    fail("this CPU cannot run code for %s", TARGET);
  for (i = 0; i < OUTPUTS; i++)
    outputs[i] = allocate(output_ports[i].bytes);
  workspace = allocate(WORKSPACE);
  run_checked(inputs, outputs, workspace);
  if (options.repeat)
    measure(inputs, outputs, workspace, options.repeat);
  if (options.output)
    write_outputs(options.output, outputs);
  else if (!options.repeat)
    for (i = 0; i < OUTPUTS; i++)
      print_output(&output_ports[i], outputs[i]);
  return 0;
}
