#!/bin/sh
# same-output-rvv.sh PLUGIN INCLUDES SOURCE [FLAGS...]: same-output.sh for RISC-V under QEMU, for vectors of every length. Elements that
# nobody may rely on are overwritten with ones. The guard must let kernels run, or the test would prove nothing: with
# VECWRAP_VERIFY=1 each of them is compared with the loops it stands for.
set -e
plugin=$1 includes=$2 source=$3
shift 3
compiler="clang-22 --target=riscv64-linux-gnu -static -fuse-ld=lld -I$includes"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { qemu-riscv64 -cpu rv64,v=true,vlen=$1,elen=64,vext_spec=v1.0,Zfh=true,rvv_ta_all_1s=true,rvv_ma_all_1s=true "$2"; }
$compiler "$source" "$@" -lm -o "$work/plain"
VECWRAP_REPORT="$work/report" $compiler -fpass-plugin="$plugin" "$source" "$@" -lm -o "$work/vecwrap"
VECWRAP_VERIFY=1 $compiler -fpass-plugin="$plugin" "$source" "$@" -lm -o "$work/verify"
grep -q '"replaced":true' "$work/report"
run 256 "$work/plain" >"$work/plain.txt"
test -s "$work/plain.txt"
for vlen in ${VLENS:-128 256 512 1024}; do
  run $vlen "$work/vecwrap" >"$work/vecwrap.txt"
  cmp "$work/plain.txt" "$work/vecwrap.txt"
done
run ${VERIFY_VLEN:-256} "$work/verify" >"$work/verify.txt"
cmp "$work/plain.txt" "$work/verify.txt"
