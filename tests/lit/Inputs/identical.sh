#!/bin/sh
# identical.sh PLUGIN SOURCE [FLAGS...]: the object with the plugin is, byte for byte, plain clang's.
set -e
plugin=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" # one output name: coverage data holds it
clang-22 -c "$@" -o unit.o
mv unit.o plain.o
clang-22 -fpass-plugin="$plugin" -c "$@" -o unit.o
cmp plain.o unit.o
