#include "hello.h"
#include <stdio.h>

int main(void) {
  printf("%s %d\n", GREETING, twice(21));
  return 0;
}
