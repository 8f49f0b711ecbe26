#!/usr/bin/env bash
# Build the kernel with AddressSanitizer and UndefinedBehaviorSanitizer, and try to break it.
#
#     tests/sanitize.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
compiler=${CC:-cc}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cp -r topicclf tests "$folder"
rm -f "$folder"/topicclf/kernel/*.so
include=$(python -c 'import sysconfig; print(sysconfig.get_path("include"))')
"$compiler" -std=c99 -g -O1 -fno-omit-frame-pointer -Wall -Wextra -Wno-missing-field-initializers \
    -Wno-cast-function-type -fsanitize=address,undefined -fno-sanitize-recover=all \
    -DPy_LIMITED_API=0x030B0000 -fPIC -shared -I"$include" \
    topicclf/kernel/_kernel.c -o "$folder/topicclf/kernel/_kernel.abi3.so" -lm
cd "$folder"
# Python keeps what it allocates at its start, which would count as leaks.
LD_PRELOAD=$("$compiler" -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc \
    python tests/fuzz_kernel.py --seconds "${1:-20}"
