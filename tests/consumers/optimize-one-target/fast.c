#define MULTIPLY multiply_fast
#include "multiply.h"
