#define MULTIPLY multiply_plain
#include "multiply.h"
