extern "C" {
#define MULTIPLY multiply_fast_cxx
#include "multiply.h"
}
