#!/bin/sh
# same-output.sh PLUGIN INCLUDES SOURCE [FLAGS...]: a program built by clang, with the plugin, and with the plugin
# and VECWRAP_VERIFY=1 prints the same. The plugin must replace something, or the test would prove nothing.
set -e
plugin=$1 includes=$2 source=$3
shift 3
case $source in
*.cpp) compiler=clang++-22 ;;
*) compiler=clang-22 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$compiler -I"$includes" "$source" "$@" -lm -o "$work/plain"
VECWRAP_REPORT="$work/report" $compiler -fpass-plugin="$plugin" -I"$includes" "$source" "$@" -lm -o "$work/vecwrap"
VECWRAP_VERIFY=1 $compiler -fpass-plugin="$plugin" -I"$includes" "$source" "$@" -lm -o "$work/verify"
grep -q '"replaced":true' "$work/report"
"$work/plain" >"$work/plain.txt"
test -s "$work/plain.txt"
"$work/vecwrap" >"$work/vecwrap.txt"
"$work/verify" >"$work/verify.txt"
cmp "$work/plain.txt" "$work/vecwrap.txt"
cmp "$work/plain.txt" "$work/verify.txt"
