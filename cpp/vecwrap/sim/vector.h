// The vector arithmetic opcode (OP-V): one row per funct6 of the V specification, section 19.
#pragma once
#include <cstdint>
#include "classes.h"

namespace vecwrap::sim {

enum VectorFlag : uint8_t {
  kWideVd = 1, kWideVs2 = 2,  // EEW is 2 x SEW
  kReadsVd = 4,
  kMaskVd = 8, kMaskVs = 16,  // one register that holds bits
  kScalarVd = 32,             // element 0 only: one register
  kToX = 64,                  // the result is an x (OPM) or f (OPF) register
};

struct VectorRow {
  char group;  // 'i' 'm' 'f'
  uint8_t funct6;
  Class kind;
  uint8_t flags;
};

const VectorRow *vector_row(char group, unsigned funct6);

}  // namespace vecwrap::sim
