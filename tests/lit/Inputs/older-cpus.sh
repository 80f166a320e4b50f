#!/bin/sh
# older-cpus.sh PLUGIN INCLUDES SOURCE [FLAGS...]: same-output.sh on emulated CPUs whose best kernels are those for SSE2 and AVX2.
set -e
plugin=$1 includes=$2 source=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clang-22 -I"$includes" "$source" -O2 "$@" -lm -o "$work/plain"
VECWRAP_VERIFY=1 clang-22 -fpass-plugin="$plugin" -I"$includes" "$source" -O2 "$@" -lm -o "$work/verify"
"$work/plain" >"$work/plain.txt"
for cpu in Nehalem Haswell; do
  qemu-x86_64 -cpu $cpu "$work/verify" >"$work/verify.txt"
  cmp "$work/plain.txt" "$work/verify.txt"
done
